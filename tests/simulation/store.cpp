#include "tests/simulation/store.hpp"

#include "storage/pg/database.hpp"

namespace herald::simulation
{

namespace
{

using std::chrono::microseconds;

struct Nothing
{
};

std::exception_ptr lost()
{
    return std::make_exception_ptr(pg::Unavailable("the connection was lost"));
}

// What the caller owns may be gone before the statement takes effect.
struct OwnedNews
{
    explicit OwnedNews(const DeliveryNews& news)
    {
        for (const SendResult* each : news.results) results.push_back(*each);
        for (const Receipt* each : news.receipts) receipts.push_back(*each);
    }
    [[nodiscard]] DeliveryNews view() const
    {
        DeliveryNews news;
        for (const SendResult& each : results) news.results.push_back(&each);
        for (const Receipt& each : receipts) news.receipts.push_back(&each);
        return news;
    }
    std::vector<SendResult> results;
    std::vector<Receipt> receipts;
};

}  // namespace

microseconds Wire::way()
{
    return server_.dice.chance(0.05) ? server_.dice.pause(milliseconds(10), milliseconds(900))
                                     : server_.dice.pause(microseconds(100), milliseconds(2));
}

Wire::Fault Wire::draw()
{
    if (server_.fault_rate <= 0 || !server_.dice.chance(server_.fault_rate)) return Fault::none;
    server_.on_fault("a statement");
    if (server_.dice.chance(0.3)) return Fault::late;
    return static_cast<Fault>(server_.dice.between(1, 4));
}

template <class T>
void Wire::answer(const std::shared_ptr<Reply<T>>& reply, std::optional<T> value, std::exception_ptr error)
{
    server_.agenda.in(way(),
                      [reply, value = std::move(value), error]
                      {
                          reply->value = value;
                          reply->error = error;
                          reply->came.notify_all();
                      });
}

template <class T>
void Wire::arrive(const std::shared_ptr<Reply<T>>& reply, const std::function<T(Tables&)>& work, Fault fault)
{
    if (fault == Fault::silence) return;
    if (server_.away || fault == Fault::not_sent)
    {
        answer<T>(reply, std::nullopt, lost());
        return;
    }
    if (fault == Fault::conflict)
    {
        answer<T>(reply, std::nullopt, std::make_exception_ptr(pg::SqlError("40P01", "", "deadlock")));
        return;
    }
    std::optional<T> value(work(server_.tables));
    // Not before: an attempt that begins with it is touched by it.
    if (fault != Fault::none || !reply->is_awaited) server_.on_fault("its answer");
    if (fault == Fault::answer_lost)
        answer<T>(reply, std::nullopt, lost());
    else
        answer<T>(reply, std::move(value), nullptr);
}

template <class T>
Task<T> Wire::call(std::function<T(Tables&)> work, Deadline deadline)
{
    const Fault fault = draw();
    auto reply = std::make_shared<Reply<T>>();
    const auto leave = [](Reply<T>* of)
    {
        of->is_awaited = false;
    };
    const std::unique_ptr<Reply<T>, decltype(leave)> waiting(reply.get(), leave);  // until the process dies
    const auto left = std::chrono::duration_cast<microseconds>(deadline - server_.agenda.time().now());
    const auto there = fault == Fault::late ? left + server_.dice.pause(milliseconds(1), seconds(30)) : way();
    // The process may be gone by then.
    server_.agenda.in(there,
                      [this_wire = *this, reply, work, fault]() mutable { this_wire.arrive(reply, work, fault); });
    while (!reply->is_there() && co_await reply->came.wait(deadline))
    {
    }
    if (!reply->is_there()) throw DeadlineExceeded("statement");
    if (reply->error) std::rethrow_exception(reply->error);
    co_return std::move(*reply->value);
}

Task<std::vector<DeliveryPlace>> SimulatedQueueStore::list_places(Deadline deadline)
{
    std::function<std::vector<DeliveryPlace>(Tables&)> work = [](Tables& tables)
    {
        return tables.list_places();
    };
    co_return co_await wire_.call(std::move(work), deadline);
}

Task<std::vector<ClaimedDelivery>> SimulatedQueueStore::claim(std::vector<ClaimAsk> asked, Uuid holder, seconds lease,
                                                              Instant now, Deadline deadline)
{
    std::function<std::vector<ClaimedDelivery>(Tables&)> work =
        [asked = std::move(asked), holder, lease, now, &server = wire_.server()](Tables& tables)
    {
        return tables.claim(asked, holder, lease, server.now(), now);
    };
    auto claimed = co_await wire_.call(std::move(work), deadline);
    for (const auto& one : claimed) claimed_(one.id);
    co_return claimed;
}

Task<> SimulatedQueueStore::release(std::vector<ClaimedDelivery> claimed, Deadline deadline)
{
    std::function<Nothing(Tables&)> work = [claimed = std::move(claimed)](Tables& tables)
    {
        tables.release(claimed);
        return Nothing();
    };
    co_await wire_.call(std::move(work), deadline);
}

Task<> SimulatedQueueStore::release_claims(std::vector<Uuid> holders, Deadline deadline)
{
    std::function<Nothing(Tables&)> work = [holders = std::move(holders)](Tables& tables)
    {
        tables.release_claims(holders);
        return Nothing();
    };
    co_await wire_.call(std::move(work), deadline);
}

Task<std::vector<MovedRetries>> SimulatedQueueStore::move_due_retries(Instant now, std::int32_t most, Deadline deadline)
{
    std::function<std::vector<MovedRetries>(Tables&)> work = [now, most](Tables& tables)
    {
        return tables.move_due_retries(now, most);
    };
    co_return co_await wire_.call(std::move(work), deadline);
}

Task<std::int64_t> SimulatedQueueStore::recover_expired_leases(Instant now, std::int32_t most, Instant retry_at,
                                                               Deadline deadline)
{
    std::function<std::int64_t(Tables&)> work = [now, most, retry_at, &server = wire_.server()](Tables& tables)
    {
        return tables.recover_expired_leases(server.now(), now, most, retry_at);
    };
    co_return co_await wire_.call(std::move(work), deadline);
}

Task<NewsCounts> SimulatedDeliveryStore::record(DeliveryNews news, bool correct_delivered, Instant now,
                                                Deadline deadline)
{
    std::function<NewsCounts(Tables&)> work = [owned = OwnedNews(news), correct_delivered, now](Tables& tables)
    {
        return tables.record(owned.view(), correct_delivered, now);
    };
    co_return co_await wire_.call(std::move(work), deadline);
}

Task<std::optional<Receipt>> SimulatedDeliveryStore::find_left_over_receipt(NotificationId id, Deadline deadline)
{
    std::function<std::optional<Receipt>(Tables&)> work = [id](Tables& tables)
    {
        return tables.find_left_over_receipt(id);
    };
    co_return co_await wire_.call(std::move(work), deadline);
}

Task<std::vector<std::string>> SimulatedDeliveryStore::list_attempt_providers(ServiceId /*service*/, NotificationId id,
                                                                              Deadline deadline)
{
    std::function<std::vector<std::string>(Tables&)> work = [id](Tables& tables)
    {
        return tables.list_attempt_providers(id);
    };
    co_return co_await wire_.call(std::move(work), deadline);
}

// Nobody is suppressed.
Task<std::optional<SuppressionReason>> SimulatedDeliveryStore::find_suppression(SuppressionKey /*key*/,
                                                                                Deadline deadline)
{
    std::function<std::optional<SuppressionReason>(Tables&)> work = [](Tables&)
    {
        return std::optional<SuppressionReason>();
    };
    co_return co_await wire_.call(std::move(work), deadline);
}

Task<LeftOverCounts> SimulatedDeliveryStore::match_left_over_receipts(std::int32_t most, Instant too_old,
                                                                      bool correct_delivered, Instant now,
                                                                      Deadline deadline)
{
    std::function<LeftOverCounts(Tables&)> work = [most, too_old, correct_delivered, now](Tables& tables)
    {
        return tables.match_left_over_receipts(most, too_old, correct_delivered, now);
    };
    co_return co_await wire_.call(std::move(work), deadline);
}

Task<std::vector<DueLookUp>> SimulatedDeliveryStore::claim_look_ups(std::int32_t most, Instant claimed_until,
                                                                    Instant now, Deadline deadline)
{
    std::function<std::vector<DueLookUp>(Tables&)> work = [most, claimed_until, now](Tables& tables)
    {
        return tables.claim_look_ups(most, claimed_until, now);
    };
    co_return co_await wire_.call(std::move(work), deadline);
}

Task<> SimulatedDeliveryStore::put_back_look_ups(std::vector<NextLookUp> next, Deadline deadline)
{
    std::function<Nothing(Tables&)> work = [next = std::move(next)](Tables& tables)
    {
        tables.put_back_look_ups(next);
        return Nothing();
    };
    co_await wire_.call(std::move(work), deadline);
}

Task<std::vector<ProviderRow>> SimulatedProviderRecords::list(Deadline deadline)
{
    std::function<std::vector<ProviderRow>(Tables&)> work = [&server = wire_.server()](Tables&)
    {
        std::vector<ProviderRow> rows;
        for (const auto& [channel, name] : server.providers)
        {
            ProviderRow row;
            row.channel = channel;
            row.name = name;
            row.active = !server.switched_off.contains(name);
            rows.push_back(std::move(row));
        }
        return rows;
    };
    co_return co_await wire_.call(std::move(work), deadline);
}

Task<> SimulatedProviderRecords::add_missing(std::vector<ProviderName> all, Instant /*now*/, Deadline deadline)
{
    std::function<Nothing(Tables&)> work = [all = std::move(all), &server = wire_.server()](Tables&)
    {
        for (const ProviderName& each : all) server.providers.emplace(each.channel, each.name);
        return Nothing();
    };
    co_await wire_.call(std::move(work), deadline);
}

Task<std::int64_t> SimulatedProviderRecords::demote(ProviderName /*which*/, std::int32_t /*step*/,
                                                    std::string /*reason*/, Instant /*not_since*/, Instant /*now*/,
                                                    Deadline deadline)
{
    std::function<std::int64_t(Tables&)> work = [](Tables&)
    {
        return std::int64_t{0};
    };
    co_return co_await wire_.call(std::move(work), deadline);
}

Task<> SimulatedProviderRecords::note(ProviderName /*which*/, std::string /*reason*/, Instant /*now*/,
                                      Deadline deadline)
{
    std::function<Nothing(Tables&)> work = [](Tables&)
    {
        return Nothing();
    };
    co_await wire_.call(std::move(work), deadline);
}

}  // namespace herald::simulation
