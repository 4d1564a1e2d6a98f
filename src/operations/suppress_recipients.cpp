#include "operations/suppress_recipients.hpp"

#include <prometheus/counter.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "domain/recipients/recipient.hpp"
#include "operations/notification_contents.hpp"

namespace herald
{

namespace
{

constexpr std::int32_t kBatch = 500;
// From when on a text is late: below, the clocks of two machines say nothing of what was first.
constexpr auto kLate = std::chrono::minutes(10);
constexpr auto kRetryPause = std::chrono::minutes(5);

void count_added(const std::vector<SuppressionReason>& added)
{
    for (const auto reason : added)
        metrics::counter("herald_suppressions_added_total", "Recipients that services do not write to any more",
                         {{"reason", std::string(to_string(reason))}})
            .Increment();
}

struct DueBatch
{
    std::vector<NewSuppression> wanted;
    std::size_t lost = 0;  // nobody can say any more whom they went to
};

// Marks what has to be looked at again.
DueBatch open_due(const KeyRing& keys, std::vector<DueSuppression>& due, Instant now)
{
    DueBatch batch;
    for (auto& one : due)
    {
        if (!one.counts) continue;
        const auto contents = one.sealed ? open_contents(keys, one.notification_id, *one.sealed)
                                         : fail(ErrorKind::not_found, "its contents were purged");
        if (contents)
        {
            const SuppressionWish wish{one.service_id, one.channel, contents->normalised_to, one.reason,
                                       one.notification_id};
            batch.wanted.push_back(make_suppression(keys, wish, now));
        }
        else if (contents.error().kind == ErrorKind::unavailable)
            one.retry_at = now + kRetryPause;
        else
            ++batch.lost;
    }
    return batch;
}

}  // namespace

std::string sealed_recipient_context(const SuppressionId& id)
{
    return "suppression:" + id.to_string();
}

Result<std::string> open_recipient(const KeyRing& keys, const SuppressionId& id, std::string_view sealed)
{
    return keys.open(sealed, sealed_recipient_context(id));
}

std::string recipient_hash(const KeyRing& keys, std::string_view normalised)
{
    const Sha256 hash = keys.search_hash(normalised);
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

NewSuppression make_suppression(const KeyRing& keys, const SuppressionWish& wish, Instant now)
{
    NewSuppression made;
    made.id = SuppressionId{make_uuid_v7(now)};
    made.key = {wish.service_id, wish.channel, recipient_hash(keys, wish.recipient)};
    made.recipient_sealed = keys.seal(wish.recipient, sealed_recipient_context(made.id));
    made.reason = wish.reason;
    made.notification_id = wish.notification_id;
    return made;
}

Task<bool> suppress_recipient(pg::Transaction& transaction, const KeyRing& keys, SuppressionWish wish,
                              std::optional<UserId> author, Instant now, Deadline deadline)
{
    std::vector<NewSuppression> wanted;
    wanted.push_back(make_suppression(keys, wish, now));
    const auto added = co_await SuppressionStore::add(transaction, std::move(wanted), author, now, deadline);
    count_added(added);
    co_return !added.empty();
}

Task<bool> suppress_recipient(pg::Transaction& transaction, NewSuppression wanted, Instant now, Deadline deadline)
{
    std::vector<NewSuppression> one;
    one.push_back(std::move(wanted));
    const auto added = co_await SuppressionStore::add(transaction, std::move(one), std::nullopt, now, deadline);
    count_added(added);
    co_return !added.empty();
}

Task<OptOutWish> apply_opt_out(pg::Transaction& transaction, const KeyRing& keys, OptOutMessage message, Instant now,
                               Deadline deadline)
{
    const auto asked = read_opt_out(message.text);
    if (asked == OptOutWish::none) co_return asked;
    const auto number = parse_phone_number(message.number, message.default_region);
    if (!number) co_return OptOutWish::none;
    SuppressionKey key{message.service_id, Channel::sms, recipient_hash(keys, number->e164)};
    if (message.sent_at < now - kLate &&
        co_await SuppressionStore::was_changed_since(transaction, key, message.sent_at, deadline))
        co_return OptOutWish::none;
    if (asked == OptOutWish::stop)
    {
        SuppressionWish wish{message.service_id, Channel::sms, number->e164, SuppressionReason::stop, std::nullopt};
        co_await suppress_recipient(transaction, keys, std::move(wish), std::nullopt, now, deadline);
        co_return asked;
    }
    co_await SuppressionStore::lift(transaction, std::move(key), std::nullopt, now, deadline);
    co_return asked;
}

Task<std::int64_t> suppress_due_recipients(pg::Database& database, const KeyRing& keys, Instant now, Deadline deadline)
{
    std::int64_t looked_at = 0;
    while (true)
    {
        auto transaction = co_await database.begin(deadline);
        auto due = co_await SuppressionStore::list_due(transaction, now, kBatch, deadline);
        if (due.empty()) co_return looked_at;
        auto batch = open_due(keys, due, now);
        const auto size = due.size();
        const auto added =
            co_await SuppressionStore::add(transaction, std::move(batch.wanted), std::nullopt, now, deadline);
        co_await SuppressionStore::end_due(transaction, std::move(due), deadline);
        co_await transaction.commit(deadline);
        count_added(added);
        if (batch.lost > 0)
            log::warning("recipients were not suppressed: the contents of their messages are gone",
                         {{"messages", batch.lost}});
        looked_at += static_cast<std::int64_t>(size);
        if (size < static_cast<std::size_t>(kBatch)) co_return looked_at;
    }
}

}  // namespace herald
