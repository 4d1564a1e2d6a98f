#include "operations/look_up_receipts.hpp"

#include "base/log.hpp"
#include "sql/queries.hpp"

namespace herald
{

struct LookUpReceipts::Due
{
    std::string provider;
    std::string reference;
    NotificationId id;
    std::optional<Instant> sent_at;
};

LookUpReceipts::LookUpReceipts(pg::Database& database, DeliveryRecorder& recorder, ProviderSet providers,
                               const Clock& clock, Options options)
    : database_(database), recorder_(recorder), providers_(providers), clock_(clock), options_(options)
{
}

Task<LookUpReceipts::Counts> LookUpReceipts::run(Deadline deadline)
{
    const Instant now = clock_.now();
    auto params = pg::Params::of(now, options_.batch, now + options_.ask_again);
    const auto rows = co_await database_.execute(sql::list_due_look_ups, std::move(params), deadline);
    Counts counts;
    counts.more = rows.size() >= static_cast<std::size_t>(options_.batch);
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        // What is not asked now is asked again after ask_again.
        if (std::chrono::steady_clock::now() >= deadline) break;
        Due due;
        due.provider = rows.get<std::string>(i, "provider");
        due.reference = rows.get<std::string>(i, "reference");
        due.id = NotificationId{rows.get<Uuid>(i, "notification_id")};
        due.sent_at = rows.get<std::optional<Instant>>(i, "sent_at");
        ++counts.asked;
        auto receipt = co_await ask(due);
        if (!receipt) continue;
        recorder_.receive(std::move(*receipt));
        ++counts.settled;
    }
    co_return counts;
}

Task<std::optional<Receipt>> LookUpReceipts::ask(const Due& due)
{
    try
    {
        Provider* provider = providers_.by_name(due.provider);
        std::optional<Receipt> known;
        if (provider != nullptr)
            known = co_await provider->look_up(due.id, due.reference, deadline_in(options_.timeout));
        if (known && !awaits_receipt(known->status)) co_return known;
    }
    catch (const std::exception&)
    {
        log::warning("a provider could not be asked for a receipt", {{"provider", due.provider}});
        co_return std::nullopt;
    }
    const Instant now = clock_.now();
    if (!due.sent_at || now - *due.sent_at < options_.give_up_after) co_return std::nullopt;
    Receipt lost;
    lost.provider = due.provider;
    lost.reference = due.reference;
    lost.notification_id = due.id;
    lost.status = NotificationStatus::temporary_failure;
    lost.at = now;
    co_return lost;
}

}  // namespace herald
