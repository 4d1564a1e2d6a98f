// The simulation is worth as much as its database is like PostgreSQL: the same random transactions against both give
// the same answers and leave the same rows behind.
#include <algorithm>

#include <gtest/gtest.h>

#include "operations/time_out_notifications.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/tables.hpp"
#include "tests/support/delivery_world.hpp"

namespace herald::simulation
{
namespace
{

using herald::testing::DeliveryWorld;
using herald::testing::in_delivery_world;
using herald::testing::soon;
using herald::testing::WorldService;

constexpr int kSeeds = 30;
constexpr int kSteps = 120;
constexpr Instant kServerNow{};  // leases last for an hour, or not at all
constexpr std::array kTold = {NotificationStatus::pending, NotificationStatus::delivered,
                              NotificationStatus::temporary_failure, NotificationStatus::permanent_failure};

// As Tables::describe.
constexpr pg::Statement kDescribe{
    "t_describe",
    "SELECT n.status || ' ' || coalesce(n.sent_by, '') || '/' || coalesce(n.provider_reference, '') || '/' || "
    "coalesce(n.provider_response, '') || ' ' || n.billable_units || coalesce((SELECT string_agg(' ' || place || "
    "attempt || CASE WHEN uncertain THEN 'u' ELSE '' END, '' ORDER BY o) FROM ("
    "SELECT 1 AS o, 'R' AS place, attempt, uncertain FROM queue_ready WHERE notification_id = n.id UNION ALL "
    "SELECT 2, 'L', attempt, uncertain FROM queue_leases WHERE notification_id = n.id UNION ALL "
    "SELECT 3, 'T', attempt, uncertain FROM queue_retries WHERE notification_id = n.id) q), '') || "
    "coalesce((SELECT string_agg(' ' || text, '' ORDER BY text COLLATE \"C\") FROM ("
    "SELECT 'A' || provider || '/' || reference AS text FROM awaiting_receipts WHERE notification_id = n.id UNION ALL "
    "SELECT 'W' || provider || '/' || reference || '/' || status FROM unmatched_receipts "
    "WHERE notification_id = n.id) w), '') || "
    "coalesce((SELECT string_agg(' ' || kind || ':' || coalesce(attempt, 0) || ':' || coalesce(provider, ''), '' "
    "ORDER BY at, kind, status NULLS FIRST) FROM notification_events e "
    "WHERE e.service_id = n.service_id AND e.notification_id = n.id), '') "
    "FROM notifications n WHERE n.id = $1"};

std::string text_of(const Receipt& receipt)
{
    return receipt.provider + " " + receipt.reference + " " + std::string(to_string(receipt.status)) + " " +
           receipt.provider_response + " " + format_v2(receipt.at) + " " +
           (receipt.notification_id ? receipt.notification_id->to_string() : "");
}

// Both, step by step.
class Twins
{
public:
    Twins(DeliveryWorld& world, std::uint64_t seed) : world_(world), dice_(seed) {}

    Task<> run()
    {
        for (int i = 0; i < 2; ++i) services_.push_back(co_await world_.add_service());
        for (int step = 0; step < kSteps && !::testing::Test::HasFailure(); ++step)
        {
            world_.clock.advance(dice_.pause(milliseconds(1), seconds(20)));
            now_ = world_.clock.now();
            co_await take_a_step(dice_.between(0, 14));
        }
        for (const auto& message : messages_)
        {
            const auto rows = co_await world_.database.execute(kDescribe, pg::Params::of(message.id), soon());
            EXPECT_EQ(rows.get<std::string>(0, 0), tables_.describe(message.id));
        }
        EXPECT_EQ(co_await world_.ledger_differences(), 0);
    }

private:
    struct Held
    {
        ClaimedDelivery real;
        ClaimedDelivery simulated;
    };

    Task<> take_a_step(std::int64_t kind)
    {
        switch (kind)
        {
            case 0:
            case 1:
                return accept();
            case 2:
            case 3:
                return claim();
            case 4:
                return release();
            case 5:
                return move_retries();
            case 6:
                return recover();
            case 7:
                return ask();
            case 8:
                return match();
            case 9:
                return look_up();
            case 10:
                return time_out();
            default:
                return record();
        }
    }

    Task<> accept()
    {
        const auto& service = pick(services_);
        const bool is_sms = dice_.chance(0.5);
        Message message;
        message.id = co_await world_.accept(service, is_sms ? "+12025550123" : "ada@example.gov");
        message.service = service.id;
        message.channel = is_sms ? Channel::sms : Channel::email;
        message.lane = static_cast<std::int16_t>(Lane::normal);
        message.template_id = is_sms ? service.sms : service.email;
        messages_.push_back(message);
        tables_.accept(message, now_);
        EXPECT_EQ(co_await world_.queue_store.list_places(soon()), tables_.list_places());
    }

    Task<> claim()
    {
        std::vector<ClaimAsk> asked;
        for (const auto& service : services_)
        {
            for (const std::int16_t channel : {std::int16_t{1}, std::int16_t{2}})
            {
                ClaimAsk ask;
                ask.shelf = {{static_cast<std::int16_t>(Lane::normal), service.id}, channel};
                if (!messages_.empty() && dice_.chance(0.2)) ask.after = pick(messages_).id.value;
                ask.most = static_cast<std::int32_t>(dice_.between(1, 4));
                ask.provider = dice_.chance(0.5) ? "a" : "b";
                if (dice_.chance(0.5)) ask.other = "c";
                asked.push_back(ask);
            }
        }
        const Uuid holder = dice_.uuid();
        holders_.push_back(holder);
        const seconds lease = dice_.chance(0.3) ? seconds(0) : seconds(3600);
        const auto real = co_await world_.queue_store.claim(asked, holder, lease, now_, soon());
        const auto simulated = tables_.claim(asked, holder, lease, kServerNow, now_);
        EXPECT_EQ(real.size(), simulated.size());
        for (std::size_t i = 0; i < std::min(real.size(), simulated.size()); ++i)
        {
            EXPECT_EQ(real[i].id, simulated[i].id);
            EXPECT_EQ(real[i].attempt, simulated[i].attempt);
            EXPECT_EQ(real[i].uncertain, simulated[i].uncertain);
            EXPECT_EQ(real[i].provider, simulated[i].provider);
            EXPECT_EQ(real[i].template_id, simulated[i].template_id);
            EXPECT_EQ(real[i].channel, simulated[i].channel);
            held_.push_back({real[i], simulated[i]});
        }
    }

    Task<> release()
    {
        if (dice_.chance(0.5) && !holders_.empty())
        {
            const std::vector<Uuid> holders{pick(holders_)};
            co_await world_.queue_store.release_claims(holders, soon());
            tables_.release_claims(holders);
            co_return;
        }
        if (held_.empty()) co_return;
        const Held& one = pick(held_);
        const std::vector<ClaimedDelivery> real{one.real};
        co_await world_.queue_store.release(real, soon());
        tables_.release({one.simulated});
    }

    Task<> move_retries()
    {
        auto real = co_await world_.queue_store.move_due_retries(now_, 2000, soon());
        const auto simulated = tables_.move_due_retries(now_, 2000);
        std::ranges::sort(real, {}, &MovedRetries::shelf);
        EXPECT_EQ(real.size(), simulated.size());
        for (std::size_t i = 0; i < std::min(real.size(), simulated.size()); ++i)
        {
            EXPECT_EQ(real[i].shelf, simulated[i].shelf);
            EXPECT_EQ(real[i].count, simulated[i].count);
            EXPECT_EQ(real[i].oldest, simulated[i].oldest);
        }
    }

    Task<> recover()
    {
        const auto real = co_await world_.queue_store.recover_expired_leases(now_, 2000, now_ + seconds(5), soon());
        EXPECT_EQ(real, tables_.recover_expired_leases(kServerNow, now_, 2000, now_ + seconds(5)));
    }

    Task<> ask()
    {
        if (messages_.empty()) co_return;
        const Message& message = pick(messages_);
        EXPECT_EQ(co_await world_.delivery_store.list_attempt_providers(message.service, message.id, soon()),
                  tables_.list_attempt_providers(message.id));
        const auto real = co_await world_.delivery_store.find_left_over_receipt(message.id, soon());
        const auto simulated = tables_.find_left_over_receipt(message.id);
        EXPECT_EQ(real ? text_of(*real) : "", simulated ? text_of(*simulated) : "");
    }

    Task<> match()
    {
        const Instant too_old = now_ - seconds(dice_.between(1, 1000));
        const auto real = co_await world_.delivery_store.match_left_over_receipts(1000, too_old, true, now_, soon());
        const auto simulated = tables_.match_left_over_receipts(1000, too_old, true, now_);
        EXPECT_EQ(real.looked_at, simulated.looked_at);
        EXPECT_EQ(real.applied, simulated.applied);
        EXPECT_EQ(real.dropped, simulated.dropped);
        expect_same(real.news, simulated.news);
    }

    Task<> look_up()
    {
        auto real = co_await world_.delivery_store.claim_look_ups(200, now_ + seconds(60), now_, soon());
        const auto simulated = tables_.claim_look_ups(200, now_ + seconds(60), now_);
        std::ranges::sort(real, {},
                          [](const DueLookUp& one) { return std::tuple(one.due_at, one.provider, one.reference); });
        std::vector<NextLookUp> next;
        EXPECT_EQ(real.size(), simulated.size());
        for (std::size_t i = 0; i < std::min(real.size(), simulated.size()); ++i)
        {
            EXPECT_EQ(real[i].reference, simulated[i].reference);
            EXPECT_EQ(real[i].id, simulated[i].id);
            EXPECT_EQ(real[i].due_at, simulated[i].due_at);
            if (dice_.chance(0.5)) next.push_back({real[i].provider, real[i].reference, now_ + seconds(5)});
        }
        co_await world_.delivery_store.put_back_look_ups(next, soon());
        tables_.put_back_look_ups(next);
    }

    Task<> time_out()
    {
        TimeOutOrder order;
        order.cutoff = now_ - seconds(dice_.between(10, 600));
        order.now = now_;
        const auto real = co_await time_out_notifications(world_.database, order, soon());
        EXPECT_EQ(real.timed_out, tables_.time_out(order.cutoff, order.batch, now_));
    }

    // Of claims that hold and of claims that are over.
    SendResult make_result(const Held& held)
    {
        SendResult result;
        result.service_id = held.real.service_id;
        result.id = held.real.id;
        result.hand_off = static_cast<HandOff>(dice_.between(1, 5));
        result.uncertain = dice_.chance(0.5);
        result.provider = held.real.provider;
        result.retry_at = now_ + seconds(dice_.between(0, 20));
        result.look_up_at = now_ + seconds(dice_.between(0, 60));
        if (result.hand_off == HandOff::awaits_receipt || result.hand_off == HandOff::done)
        {
            result.reference = "r-" + std::to_string(++references_);
            result.fragments = static_cast<std::int16_t>(dice_.between(1, 3));
            result.status = result.hand_off == HandOff::done ? NotificationStatus::sent : NotificationStatus::sending;
            known_.push_back({result.provider, result.reference, result.id, result.service_id, {}, {}, {}});
        }
        return result;
    }

    Receipt make_receipt()
    {
        Receipt receipt;
        receipt.provider = "a";
        receipt.reference = "unknown-" + std::to_string(++references_);
        if (!known_.empty() && dice_.chance(0.8)) receipt = pick(known_);
        if (receipt.notification_id && dice_.chance(0.4))
        {
            receipt.notification_id.reset();
            receipt.service_id.reset();
        }
        receipt.status = kTold[static_cast<std::size_t>(dice_.between(0, kTold.size() - 1))];
        receipt.provider_response = dice_.chance(0.3) ? "550" : "";
        receipt.at = now_ + milliseconds(++references_);
        return receipt;
    }

    Task<> record()
    {
        std::vector<SendResult> real;
        std::vector<SendResult> simulated;
        std::vector<Receipt> receipts;
        std::set<NotificationId> once;
        for (std::int64_t i = dice_.between(0, 3); i > 0 && !held_.empty(); --i)
        {
            // Mostly of late ones.
            const std::size_t back = std::min<std::size_t>(held_.size(), static_cast<std::size_t>(dice_.between(1, 6)));
            const Held held = held_[held_.size() - back];
            if (!once.insert(held.real.id).second) continue;
            real.push_back(make_result(held));
            simulated.push_back(real.back());
            real.back().fence = held.real.fence;
            simulated.back().fence = held.simulated.fence;
        }
        for (std::int64_t i = dice_.between(0, 3); i > 0; --i) receipts.push_back(make_receipt());
        DeliveryNews news = news_of(real, receipts);
        const auto told = co_await world_.delivery_store.record(std::move(news), true, now_, soon());
        expect_same(told, tables_.record(news_of(simulated, receipts), true, now_));
    }

    static DeliveryNews news_of(const std::vector<SendResult>& results, const std::vector<Receipt>& receipts)
    {
        DeliveryNews news;
        for (const auto& each : results) news.results.push_back(&each);
        for (const auto& each : receipts) news.receipts.push_back(&each);
        return news;
    }

    static void expect_same(const NewsCounts& real, const NewsCounts& simulated)
    {
        EXPECT_EQ(real.callbacks_owed, simulated.callbacks_owed);
        EXPECT_EQ(real.changed, simulated.changed);
        EXPECT_EQ(real.repeated, simulated.repeated);
        EXPECT_EQ(real.kept, simulated.kept);
    }

    template <class T>
    const T& pick(const std::vector<T>& from)
    {
        return from[static_cast<std::size_t>(dice_.between(0, static_cast<std::int64_t>(from.size()) - 1))];
    }

    DeliveryWorld& world_;
    Dice dice_;
    Tables tables_;
    Instant now_{};
    std::vector<WorldService> services_;
    std::vector<Message> messages_;
    std::vector<Held> held_;
    std::vector<Uuid> holders_;
    std::vector<Receipt> known_;  // hand-offs that receipts may be of
    int references_ = 0;
};

class SimulatedStore : public ::testing::TestWithParam<int>
{
};

TEST_P(SimulatedStore, AnswersAsPostgreSqlDoes)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            Twins twins(world, static_cast<std::uint64_t>(GetParam()));
            co_await twins.run();
        });
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimulatedStore, ::testing::Range(1, kSeeds + 1));

}  // namespace
}  // namespace herald::simulation
