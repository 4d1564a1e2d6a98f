#include "operations/look_up_receipts.hpp"

#include <algorithm>

#include <boost/asio/this_coro.hpp>

#include "base/log.hpp"
#include "runtime/task_scope.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr auto kPutBackTimeout = seconds(10);

}  // namespace

struct LookUpReceipts::Due
{
    std::string provider;
    std::string reference;
    NotificationId id;
    std::optional<Instant> sent_at;
    Instant due_at{};
    bool asked = false;
    std::optional<Receipt> receipt;  // what it ends with
};

// Shared by those who ask: each takes the next one that nobody has asked about.
struct LookUpReceipts::Round
{
    std::vector<Due> due;
    std::size_t next = 0;
    Deadline last_start;
};

LookUpReceipts::LookUpReceipts(pg::Database& database, DeliveryRecorder& recorder, const ProviderPool& providers,
                               const Clock& clock, Options options)
    : database_(database), recorder_(recorder), providers_(providers), clock_(clock), options_(options)
{
}

Task<LookUpReceipts::Counts> LookUpReceipts::run(Deadline deadline)
{
    const Instant now = clock_.now();
    Round round;
    round.last_start = deadline - options_.timeout;
    round.due = co_await claim_due(now, deadline);
    TaskScope asking(co_await asio::this_coro::executor);
    for (std::size_t i = 0; i < std::min(options_.concurrency, round.due.size()); ++i)
        asking.spawn("look_up_receipts", ask_in_turn(round));
    while (!co_await asking.join(deadline_in(options_.timeout)))
    {
        // Every question has a deadline.
    }
    Counts counts;
    counts.more = round.due.size() >= static_cast<std::size_t>(options_.batch);
    std::vector<Due> unsettled;
    for (Due& due : round.due)
    {
        counts.asked += due.asked ? 1 : 0;
        if (!due.receipt) due.receipt = give_up(due, now);
        if (!due.receipt)
        {
            unsettled.push_back(std::move(due));
            continue;
        }
        recorder_.receive(std::move(*due.receipt));
        ++counts.settled;
    }
    co_await put_back(std::move(unsettled), now);
    co_return counts;
}

Task<std::vector<LookUpReceipts::Due>> LookUpReceipts::claim_due(Instant now, Deadline deadline)
{
    auto params = pg::Params::of(now, options_.batch, now + options_.claim);
    const auto rows = co_await database_.execute(sql::list_due_look_ups, std::move(params), deadline);
    std::vector<Due> found(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        Due& due = found[i];
        due.provider = rows.get<std::string>(i, "provider");
        due.reference = rows.get<std::string>(i, "reference");
        due.id = NotificationId{rows.get<Uuid>(i, "notification_id")};
        due.sent_at = rows.get<std::optional<Instant>>(i, "sent_at");
        due.due_at = rows.get<Instant>(i, "due_at");
    }
    co_return found;
}

Task<> LookUpReceipts::ask_in_turn(Round& round)
{
    while (round.next < round.due.size() && std::chrono::steady_clock::now() < round.last_start)
    {
        Due& due = round.due[round.next++];
        due.asked = true;
        due.receipt = co_await ask(due);
    }
}

// nullopt: it cannot be told yet.
Task<std::optional<Receipt>> LookUpReceipts::ask(const Due& due)
{
    Provider* provider = providers_.by_name(due.provider);
    if (provider == nullptr) co_return std::nullopt;
    try
    {
        auto known = co_await provider->look_up(due.id, due.reference, deadline_in(options_.timeout));
        if (known && !awaits_receipt(known->status)) co_return known;
    }
    catch (const std::exception&)
    {
        log::warning("a provider could not be asked for a receipt", {{"provider", due.provider}});
    }
    co_return std::nullopt;
}

std::optional<Receipt> LookUpReceipts::give_up(const Due& due, Instant now) const
{
    if (!due.sent_at || now - *due.sent_at < options_.give_up_after) return std::nullopt;
    Receipt lost;
    lost.provider = due.provider;
    lost.reference = due.reference;
    lost.notification_id = due.id;
    lost.status = NotificationStatus::temporary_failure;
    lost.at = now;
    return lost;
}

// What was not asked about keeps its place in the line.
Task<> LookUpReceipts::put_back(std::vector<Due> unsettled, Instant now)
{
    if (unsettled.empty()) co_return;
    std::vector<std::string> providers;
    std::vector<std::string> references;
    std::vector<Instant> look_up_at;
    for (Due& due : unsettled)
    {
        providers.push_back(std::move(due.provider));
        references.push_back(std::move(due.reference));
        look_up_at.push_back(due.asked ? now + options_.ask_again : due.due_at);
    }
    auto params = pg::Params::of(providers, references, look_up_at);
    co_await database_.execute(sql::put_back_look_ups, std::move(params), deadline_in(kPutBackTimeout));
}

}  // namespace herald
