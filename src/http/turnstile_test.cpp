#include "http/turnstile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/task_scope.hpp"

namespace herald::http
{
namespace
{

using ::testing::ElementsAre;

const ServiceId kGreedy{*Uuid::parse("00000000-0000-4000-8000-000000000001")};
const ServiceId kModest{*Uuid::parse("00000000-0000-4000-8000-000000000002")};

// One place to work, and room for as many to wait.
TurnstileOptions with_running(std::size_t running)
{
    TurnstileOptions options;
    options.running = running;
    options.running_of_one = running;
    options.longest_wait = seconds(10);
    return options;
}

// What became of the messages, in the order in which they were let in or turned away.
struct Story
{
    std::vector<std::string> lines;
};

Task<> work(Turnstile& turnstile, ServiceId service, std::string name, Story& story)
{
    const auto place = co_await turnstile.enter(service, deadline_in(seconds(30)));
    story.lines.push_back((place ? "+" : "-") + name);
    EXPECT_TRUE(place || place.error().kind == ErrorKind::unavailable);
}

// Runs `body` and then lets every message come to its end.
template <class Body>
Story tell(TurnstileOptions options, Body body)
{
    Story story;
    run_task<>(
        [&]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Turnstile turnstile(executor, options);
            TaskScope scope(executor);
            {
                std::vector<Turnstile::Place> held;
                for (std::size_t i = 0; i < options.running; ++i)
                {
                    auto place = co_await turnstile.enter(kGreedy, deadline_in(seconds(30)));
                    held.push_back(std::move(place.value()));
                }
                body(turnstile, scope, story);
                // Spawned tasks have run up to their wait once a later one has.
                co_await sleep_for(milliseconds(0));
            }
            scope.close();
            co_await scope.join(deadline_in(seconds(30)));
            EXPECT_EQ(turnstile.running(), 0);
            EXPECT_EQ(turnstile.waiting(), 0);
        });
    return story;
}

TEST(Turnstile, ServicesTakeTurns)
{
    const auto story = tell(with_running(4),
                            [](Turnstile& turnstile, TaskScope& scope, Story& told)
                            {
                                for (const auto* name : {"g1", "g2", "g3"})
                                    scope.spawn("work", work(turnstile, kGreedy, name, told));
                                scope.spawn("work", work(turnstile, kModest, "m1", told));
                            });
    EXPECT_THAT(story.lines, ElementsAre("+g1", "+m1", "+g2", "+g3"));
}

TEST(Turnstile, BeyondTheRoomTheNewestOfTheLongestLineGoes)
{
    const auto story = tell(with_running(4),
                            [](Turnstile& turnstile, TaskScope& scope, Story& told)
                            {
                                for (const auto* name : {"g1", "g2", "g3", "g4", "g5"})
                                    scope.spawn("work", work(turnstile, kGreedy, name, told));
                                scope.spawn("work", work(turnstile, kModest, "m1", told));
                            });
    EXPECT_THAT(story.lines, ElementsAre("-g5", "-g4", "+g1", "+m1", "+g2", "+g3"));
}

TEST(Turnstile, OneServiceDoesNotGetAllPlaces)
{
    TurnstileOptions options = with_running(4);
    options.running_of_one = 2;
    run_task<>(
        [&]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Turnstile turnstile(executor, options);
            TaskScope scope(executor);
            Story story;
            {
                const auto one = co_await turnstile.enter(kGreedy, deadline_in(seconds(30)));
                const auto two = co_await turnstile.enter(kGreedy, deadline_in(seconds(30)));
                scope.spawn("work", work(turnstile, kGreedy, "g3", story));
                co_await sleep_for(milliseconds(0));
                const auto others = co_await turnstile.enter(kModest, deadline_in(seconds(30)));
                EXPECT_TRUE(one && two && others);
                EXPECT_THAT(story.lines, ::testing::IsEmpty());
            }
            scope.close();
            co_await scope.join(deadline_in(seconds(30)));
            EXPECT_THAT(story.lines, ElementsAre("+g3"));
        });
}

TEST(Turnstile, WhoWaitsTooLongIsTurnedAway)
{
    TurnstileOptions options = with_running(1);
    options.longest_wait = milliseconds(1);
    run_task<>(
        [&]() -> Task<>
        {
            Turnstile turnstile(co_await asio::this_coro::executor, options);
            const auto held = co_await turnstile.enter(kGreedy, deadline_in(seconds(30)));
            EXPECT_TRUE(held);
            const auto late = co_await turnstile.enter(kModest, deadline_in(seconds(30)));
            EXPECT_FALSE(late);
            EXPECT_EQ(turnstile.waiting(), 0);
            EXPECT_EQ(turnstile.running(), 1);
        });
}

}  // namespace
}  // namespace herald::http
