#include "operations/manage_suppressions.hpp"

#include "domain/recipients/recipient.hpp"
#include "operations/manage_users.hpp"
#include "operations/suppress_recipients.hpp"

namespace herald
{

namespace
{

struct Addressee
{
    Channel channel = Channel::sms;
    std::string normalised;
};

Result<Addressee> parse_addressee(const std::string& recipient, const std::string& default_region)
{
    const auto channel = recipient.find('@') == std::string::npos ? Channel::sms : Channel::email;
    auto parsed = parse_recipient(channel, recipient, default_region);
    if (!parsed) return Failure(std::move(parsed.error()));
    return Addressee{channel, std::move(parsed->normalised)};
}

Suppression shown(const KeyRing& keys, SuppressionRow row)
{
    Suppression suppression;
    if (row.recipient_sealed) suppression.recipient = open_recipient(keys, row.id, *row.recipient_sealed).value_or("");
    suppression.row = std::move(row);
    return suppression;
}

// The newest of a recipient, in force or lifted.
Task<Result<Suppression>> find_newest(ManageContext context, ServiceId service, Addressee of)
{
    SuppressionFilter filter;
    filter.channel = of.channel;
    filter.recipient_hash = recipient_hash(context.keys, of.normalised);
    filter.with_lifted = true;
    auto rows = co_await SuppressionStore(context.database).list(service, std::move(filter), 1, context.deadline);
    if (rows.empty()) co_return fail(ErrorKind::internal, "The suppression is gone again");
    co_return shown(context.keys, std::move(rows.front()));
}

}  // namespace

Task<Result<std::vector<Suppression>>> list_suppressions(ManageContext context, ServiceId service,
                                                         SuppressionQuery query)
{
    SuppressionFilter filter;
    filter.channel = query.channel;
    filter.with_lifted = query.with_lifted;
    filter.older_than = query.older_than;
    if (query.recipient)
    {
        const auto of = parse_addressee(*query.recipient, context.default_region);
        if (!of) co_return Failure(of.error());
        filter.recipient_hash = recipient_hash(context.keys, of->normalised);
    }
    auto rows =
        co_await SuppressionStore(context.database).list(service, std::move(filter), query.page_size, context.deadline);
    std::vector<Suppression> found;
    found.reserve(rows.size());
    for (auto& row : rows) found.push_back(shown(context.keys, std::move(row)));
    co_return found;
}

Task<Result<Suppression>> add_suppression(ManageContext context, ServiceId service, SuppressionDecision decision)
{
    const auto of = parse_addressee(decision.recipient, context.default_region);
    if (!of) co_return Failure(of.error());
    const auto author = co_await resolve_user(context, std::move(decision.author));
    if (!author) co_return Failure(author.error());
    const auto usual = of->channel == Channel::sms ? SuppressionReason::stop : SuppressionReason::unsubscribed;
    SuppressionWish wish{service, of->channel, of->normalised, decision.reason.value_or(usual), std::nullopt};

    auto transaction = co_await context.database.begin(context.deadline);
    const bool added = co_await suppress_recipient(transaction, context.keys, std::move(wish), author->id, context.now,
                                                   context.deadline);
    co_await transaction.commit(context.deadline);
    if (!added) co_return fail(ErrorKind::conflict, "The service does not write to this recipient as it is");
    co_return co_await find_newest(context, service, *of);
}

Task<Result<Suppression>> lift_suppression(ManageContext context, ServiceId service, SuppressionDecision decision)
{
    const auto of = parse_addressee(decision.recipient, context.default_region);
    if (!of) co_return Failure(of.error());
    const auto author = co_await resolve_user(context, std::move(decision.author));
    if (!author) co_return Failure(author.error());
    SuppressionKey key{service, of->channel, recipient_hash(context.keys, of->normalised)};

    auto transaction = co_await context.database.begin(context.deadline);
    const bool lifted =
        co_await SuppressionStore::lift(transaction, std::move(key), author->id, context.now, context.deadline);
    co_await transaction.commit(context.deadline);
    if (!lifted)
        co_return fail(ErrorKind::not_found,
                       "The service has not suppressed this recipient; `herald suppression list` shows whom it has");
    co_return co_await find_newest(context, service, *of);
}

}  // namespace herald
