#include "operations/manage_providers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/tend_providers.hpp"
#include "tests/support/management.hpp"
#include "tests/support/named_provider.hpp"

namespace herald
{
namespace
{

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kTestNow;
using testing::manage;
using testing::soon;
using testing::with_database;

// A process with these providers of text messages and one of both channels.
struct Office
{
    explicit Office(pg::Database& to)
        : database(to),
          clock(kTestNow),
          pool({{&one, Channel::sms}, {&two, Channel::sms}, {&two, Channel::email}}, nullptr),
          tend(database, pool, clock),
          store(database)
    {
    }
    void fail_often(Provider& provider)
    {
        for (int i = 0; i < 50; ++i)
            pool.note(Channel::sms, provider.name(), SendStatus::retryable, {}, std::chrono::steady_clock::now());
    }
    // "one 90, two 100", of text messages.
    Task<std::string> priorities()
    {
        std::string all;
        for (const auto& row : co_await store.list(soon()))
        {
            if (row.channel != Channel::sms) continue;
            all += (all.empty() ? "" : ", ") + row.name + " " + std::to_string(row.priority);
        }
        co_return all;
    }

    pg::Database& database;
    FakeClock clock;
    testing::NamedProvider one{"one"};
    testing::NamedProvider two{"two"};
    ProviderPool pool;
    TendProviders tend;
    ProviderStore store;
};

TEST(ManageProviders, OneIsSwitchedOffAndTheOthersStay)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database);
            co_await office.tend.open(soon());
            ProviderChange off;
            off.update.active = false;
            off.reason = "maintenance";
            const auto unclear = co_await change_provider(manage(database), "two", std::nullopt, off);
            EXPECT_THAT(unclear.error().message, HasSubstr("--channel"));
            const auto changed = co_await change_provider(manage(database), "two", Channel::sms, off);
            EXPECT_FALSE(changed.value().active);
            EXPECT_EQ(changed->priority, 100);
            EXPECT_EQ(changed->updated_at, kTestNow);
            co_await office.tend.run(soon());
            const auto now = std::chrono::steady_clock::now();
            for (int i = 0; i < 20; ++i) EXPECT_EQ(office.pool.choose(Channel::sms, now).provider, "one");
            EXPECT_EQ(office.pool.choose(Channel::email, now).provider, "two") << "the other channel of it goes on";

            ProviderChange weight;
            weight.update.priority = 101;
            const auto refused = co_await change_provider(manage(database), "one", std::nullopt, weight);
            EXPECT_EQ(refused.error().kind, ErrorKind::validation);
            const auto near = co_await change_provider(manage(database), "onee", std::nullopt, off);
            EXPECT_THAT(near.error().message, HasSubstr("did you mean one?"));

            const auto history = co_await list_provider_history(manage(database), "two", Channel::sms, 10);
            EXPECT_EQ(history.value().size(), 2U);
            EXPECT_EQ(history->front().reason, "maintenance");
            EXPECT_FALSE(history->front().active);
            EXPECT_TRUE(history->back().active);
            EXPECT_EQ((co_await list_provider_history(manage(database), std::nullopt, std::nullopt, 10))->size(), 4U);
        });
}

TEST(TendProviders, AProviderThatIsKnownAlreadyStaysAsItIs)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database);
            co_await office.tend.open(soon());
            ProviderChange weight;
            weight.update.priority = 30;
            co_await change_provider(manage(database), "one", std::nullopt, weight);
            co_await office.tend.open(soon());
            EXPECT_EQ(co_await office.priorities(), "one 30, two 100");
        });
}

// 50 errors in a minute cost ten points, which the others get; once a minute however many processes see errors; and
// they come back in steps, once nothing was moved for five minutes.
TEST(TendProviders, ErrorsMoveTrafficAwayAndItComesBack)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database);
            co_await office.tend.open(soon());
            ProviderChange weight;
            weight.update.priority = 60;
            co_await change_provider(manage(database), "two", Channel::sms, weight);

            office.fail_often(office.one);
            co_await office.tend.run(soon());
            EXPECT_EQ(co_await office.priorities(), "one 90, two 70");
            office.fail_often(office.one);
            co_await office.tend.run(soon());
            EXPECT_EQ(co_await office.priorities(), "one 90, two 70") << "once a minute";
            office.clock.advance(kDemoteEvery);
            office.fail_often(office.one);
            co_await office.tend.run(soon());
            EXPECT_EQ(co_await office.priorities(), "one 80, two 80");

            const auto restore = [&office]
            {
                const Instant now = office.clock.now();
                return office.store.restore(kPriorityStep, now - kRestoreEvery, now, soon());
            };
            EXPECT_EQ(co_await restore(), 0);
            office.clock.advance(kRestoreEvery);
            EXPECT_EQ(co_await restore(), 2);
            EXPECT_EQ(co_await office.priorities(), "one 90, two 70");
            EXPECT_EQ(co_await restore(), 2);
            EXPECT_EQ(co_await office.priorities(), "one 100, two 60");
            EXPECT_EQ(co_await restore(), 0);

            std::vector<std::string> reasons;
            const ProviderName one{Channel::sms, "one"};
            for (const auto& event : co_await office.store.history(one, 10, soon()))
            {
                reasons.push_back(event.reason);
                EXPECT_EQ(event.author_email, "");
            }
            EXPECT_THAT(reasons, ElementsAre(HasSubstr("resting point"), HasSubstr("resting point"),
                                             HasSubstr("too many errors"), HasSubstr("too many errors"),
                                             HasSubstr("takes nothing"), HasSubstr("configuration")));
        });
}

TEST(TendProviders, TheOnlyOneKeepsItsTraffic)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database);
            co_await office.tend.open(soon());
            ProviderChange off;
            off.update.active = false;
            co_await change_provider(manage(database), "two", Channel::sms, off);
            office.fail_often(office.one);
            co_await office.tend.run(soon());
            EXPECT_EQ(co_await office.priorities(), "one 100, two 100");
        });
}

}  // namespace
}  // namespace herald
