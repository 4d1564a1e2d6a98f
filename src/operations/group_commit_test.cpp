#include "operations/group_commit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "runtime/notifier.hpp"

namespace herald
{
namespace
{

using ::testing::ElementsAre;

constexpr int kUnlucky = 13;

// A committer that doubles numbers, once it is let through. It takes no batch with an unlucky one in it, and throws for
// negative ones.
class Doubler
{
public:
    explicit Doubler(const asio::any_io_executor& executor, GroupCommitOptions options = {})
        : scope(executor),
          commits(scope, executor, options, [this](std::vector<const int*> items) { return commit(std::move(items)); })
    {
    }

    void let_through()
    {
        open_ = true;
        opened_.notify_all();
    }

    std::vector<std::size_t> batches;
    TaskScope scope;
    GroupCommit<int, int> commits;

private:
    Task<std::vector<int>> commit(std::vector<const int*> items)
    {
        batches.push_back(items.size());
        while (!open_)
            if (!co_await opened_.wait(deadline_in(seconds(10)))) throw DeadlineExceeded("never let through");
        std::vector<int> doubled;
        const bool unlucky = std::ranges::any_of(items, [](const int* item) { return *item == kUnlucky; });
        if (unlucky && items.size() > 1) co_return doubled;
        for (const int* item : items)
        {
            if (*item < 0) throw std::invalid_argument("negative");
            doubled.push_back(*item * 2);
        }
        co_return doubled;
    }

    bool open_ = false;
    Notifier opened_;
};

Deadline soon()
{
    return deadline_in(seconds(10));
}

Task<> submit_into(Doubler& doubler, int item, Deadline deadline, std::map<int, std::string>& seen)
{
    try
    {
        seen[item] = std::to_string(co_await doubler.commits.submit(item, deadline));
    }
    catch (const DeadlineExceeded&)
    {
        seen[item] = "late";
    }
    catch (const std::exception& error)
    {
        seen[item] = error.what();
    }
}

TEST(GroupCommit, WhatWaitsBecomesOneBatchAndEachGetsItsOwnOutcome)
{
    run_task<void>(
        []() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Doubler doubler(executor, {.max_batch = 4, .writers = 1, .max_waiting = 100});
            std::map<int, std::string> seen;
            TaskScope calls(executor);
            for (int i = 1; i <= 10; ++i) calls.spawn("submit", submit_into(doubler, i, soon(), seen));
            EXPECT_THAT(doubler.batches, ElementsAre(1)) << "the first one does not wait for company";
            doubler.let_through();
            EXPECT_TRUE(co_await calls.join(soon()));
            EXPECT_THAT(doubler.batches, ElementsAre(1, 4, 4, 1));
            for (int i = 1; i <= 10; ++i) EXPECT_EQ(seen[i], std::to_string(2 * i));
            EXPECT_TRUE(co_await doubler.scope.join(soon()));
        });
}

TEST(GroupCommit, AFailureReachesEveryoneInTheBatchAndNobodyElse)
{
    run_task<void>(
        []() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Doubler doubler(executor, {.max_batch = 2, .writers = 1, .max_waiting = 100});
            std::map<int, std::string> seen;
            TaskScope calls(executor);
            for (const int item : {1, 2, -3, 4, 5}) calls.spawn("submit", submit_into(doubler, item, soon(), seen));
            doubler.let_through();
            EXPECT_TRUE(co_await calls.join(soon()));
            EXPECT_EQ(seen,
                      (std::map<int, std::string>{{1, "2"}, {2, "negative"}, {-3, "negative"}, {4, "8"}, {5, "10"}}));
            EXPECT_TRUE(co_await doubler.scope.join(soon()));
        });
}

TEST(GroupCommit, EachHalfOfABatchThatFallsApartIsAnsweredByItself)
{
    run_task<void>(
        []() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Doubler doubler(executor, {.max_batch = 8, .writers = 1, .max_waiting = 100});
            std::map<int, std::string> seen;
            TaskScope calls(executor);
            for (const int item : {1, 2, kUnlucky, 3, -4, 5, 6})
                calls.spawn("submit", submit_into(doubler, item, soon(), seen));
            doubler.let_through();
            EXPECT_TRUE(co_await calls.join(soon()));
            EXPECT_THAT(doubler.batches, ElementsAre(1, 6, 3, 1, 2, 1, 1, 3));
            EXPECT_EQ(seen, (std::map<int, std::string>{{1, "2"},
                                                        {2, "4"},
                                                        {kUnlucky, "26"},
                                                        {3, "6"},
                                                        {-4, "negative"},
                                                        {5, "negative"},
                                                        {6, "negative"}}));
            EXPECT_TRUE(co_await doubler.scope.join(soon()));
        });
}

TEST(GroupCommit, OneWhoseTimeIsOverGoesAndTheOthersStay)
{
    run_task<void>(
        []() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Doubler doubler(executor, {.max_batch = 8, .writers = 1, .max_waiting = 100});
            std::map<int, std::string> seen;
            TaskScope patient(executor);
            TaskScope hasty(executor);
            patient.spawn("submit", submit_into(doubler, 1, soon(), seen));
            hasty.spawn("submit", submit_into(doubler, 2, deadline_in(milliseconds(1)), seen));
            EXPECT_TRUE(co_await hasty.join(soon()));
            EXPECT_EQ(seen[2], "late");
            doubler.let_through();
            EXPECT_TRUE(co_await patient.join(soon()));
            EXPECT_EQ(seen[1], "2");
            EXPECT_TRUE(co_await doubler.scope.join(soon()));
        });
}

TEST(GroupCommit, CommitsWhatCameTooLateOnlyWhenItIsMeantTo)
{
    run_task<void>(
        []() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            for (const bool commits_late : {true, false})
            {
                Doubler doubler(executor, {.max_batch = 8, .writers = 1, .commits_late = commits_late});
                std::map<int, std::string> seen;
                TaskScope patient(executor);
                TaskScope hasty(executor);
                patient.spawn("submit", submit_into(doubler, 1, soon(), seen));
                hasty.spawn("submit", submit_into(doubler, 2, deadline_in(milliseconds(1)), seen));
                hasty.spawn("submit", submit_into(doubler, 3, deadline_in(milliseconds(1)), seen));
                EXPECT_TRUE(co_await hasty.join(soon()));
                patient.spawn("submit", submit_into(doubler, 4, soon(), seen));
                doubler.let_through();
                EXPECT_TRUE(co_await patient.join(soon()));
                EXPECT_EQ(seen, (std::map<int, std::string>{{1, "2"}, {2, "late"}, {3, "late"}, {4, "8"}}));
                EXPECT_THAT(doubler.batches, ElementsAre(1, commits_late ? 3 : 1));
                EXPECT_TRUE(co_await doubler.scope.join(soon()));
            }
        });
}

struct Parcel
{
    std::size_t size = 0;
    [[nodiscard]] std::size_t bytes() const { return size; }
};

Task<> submit_parcel(GroupCommit<Parcel, int>& commits, std::size_t size)
{
    const Parcel parcel{size};
    co_await commits.submit(parcel, soon());
}

TEST(GroupCommit, BoundsWhatABatchAndAllThatWaitComeTo)
{
    run_task<void>(
        []() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            TaskScope scope(executor);
            std::vector<std::size_t> batches;
            bool open = false;
            Notifier opened;
            const auto commit = [&](std::vector<const Parcel*> parcels) -> Task<std::vector<int>>
            {
                batches.push_back(parcels.size());
                while (!open) co_await opened.wait(soon());
                co_return std::vector<int>(parcels.size());
            };
            const GroupCommitOptions options{.writers = 1, .max_batch_bytes = 100, .max_waiting_bytes = 300};
            GroupCommit<Parcel, int> commits(scope, executor, options, commit);
            TaskScope calls(executor);
            // One under way; then two that fit, one that fits with none, three that fit exactly.
            for (const std::size_t size : {10U, 40U, 50U, 101U, 30U, 30U, 40U})
                calls.spawn("submit", submit_parcel(commits, size));
            EXPECT_FALSE(commits.is_full()) << "291 bytes wait";
            calls.spawn("submit", submit_parcel(commits, 9));
            EXPECT_TRUE(commits.is_full());
            open = true;
            opened.notify_all();
            EXPECT_TRUE(co_await calls.join(soon()));
            EXPECT_THAT(batches, ElementsAre(1, 2, 1, 3, 1));
            EXPECT_FALSE(commits.is_full());
            EXPECT_TRUE(co_await scope.join(soon()));
        });
}

TEST(GroupCommit, SaysWhenTooManyWait)
{
    run_task<void>(
        []() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Doubler doubler(executor, {.max_batch = 2, .writers = 1, .max_waiting = 3});
            std::map<int, std::string> seen;
            TaskScope calls(executor);
            for (int i = 1; i <= 3; ++i) calls.spawn("submit", submit_into(doubler, i, soon(), seen));
            EXPECT_FALSE(doubler.commits.is_full()) << "one is under way, two wait";
            calls.spawn("submit", submit_into(doubler, 4, soon(), seen));
            EXPECT_TRUE(doubler.commits.is_full());
            doubler.let_through();
            EXPECT_TRUE(co_await calls.join(soon()));
            EXPECT_FALSE(doubler.commits.is_full());
            EXPECT_TRUE(co_await doubler.scope.join(soon()));
        });
}

TEST(GroupCommit, ASecondWriterWorksBesideTheFirst)
{
    run_task<void>(
        []() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Doubler doubler(executor, {.max_batch = 8, .writers = 2, .max_waiting = 100});
            std::map<int, std::string> seen;
            TaskScope calls(executor);
            for (int i = 1; i <= 5; ++i) calls.spawn("submit", submit_into(doubler, i, soon(), seen));
            EXPECT_THAT(doubler.batches, ElementsAre(1, 1));
            doubler.let_through();
            EXPECT_TRUE(co_await calls.join(soon()));
            EXPECT_THAT(doubler.batches, ElementsAre(1, 1, 3));
            EXPECT_TRUE(co_await doubler.scope.join(soon()));
        });
}

TEST(GroupCommit, RefusesAtOnceWhenItsScopeIsClosed)
{
    run_task<void>(
        []() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Doubler doubler(executor);
            doubler.scope.close();
            std::map<int, std::string> seen;
            co_await submit_into(doubler, 1, soon(), seen);
            EXPECT_EQ(seen[1], "group commit: shutting down");
            EXPECT_FALSE(doubler.commits.is_full());
        });
}

}  // namespace
}  // namespace herald
