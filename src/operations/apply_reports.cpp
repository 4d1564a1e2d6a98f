#include "operations/apply_reports.hpp"

#include <set>

#include "domain/recipients/recipient.hpp"
#include "operations/inbound_contents.hpp"
#include "operations/postgres_delivery_store.hpp"
#include "operations/suppress_recipients.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

struct Found
{
    ServiceId service_id;
    NotificationId id;
};

std::optional<Found> first_of(const pg::Rows& rows)
{
    if (rows.empty()) return std::nullopt;
    return Found{ServiceId{rows.get<Uuid>(0, "service_id")}, NotificationId{rows.get<Uuid>(0, "id")}};
}

// The message that a complaint is about. Where the provider echoes our id, that is the way: complaints come weeks after
// the hand-off, when nothing awaits the message any more, and no index holds references (it would be written for every
// message, to be read for one in thousands). Without the id, the time of the hand-off says about when the message was
// accepted: nearly always minutes before, in an outage as long as we try on.
Task<std::optional<Found>> find_message(pg::Transaction& transaction, const Complaint& complaint, Deadline deadline)
{
    if (complaint.notification_id)
    {
        auto params = pg::Params::of(complaint.service_id, *complaint.notification_id);
        const auto rows = co_await transaction.execute(sql::find_told_notification, std::move(params), deadline);
        if (auto found = first_of(rows)) co_return found;
    }
    constexpr auto kClocksDiffer = std::chrono::minutes(5);
    const Uuid before = uuid_v7_floor(complaint.handed_over_at + kClocksDiffer);
    for (const auto ago : {std::chrono::minutes(15), std::chrono::minutes(24 * 60)})
    {
        auto params = pg::Params::of(complaint.provider, complaint.reference,
                                     uuid_v7_floor(complaint.handed_over_at - ago), before);
        const auto rows = co_await transaction.execute(sql::find_referenced_notification, std::move(params), deadline);
        if (auto found = first_of(rows)) co_return found;
    }
    co_return std::nullopt;
}

// As the family stores them: in digits alone.
std::string digits_of(std::string_view number)
{
    return std::string(number.starts_with('+') ? number.substr(1) : number);
}

bool says_who(const Receipt& receipt)
{
    return receipt.service_id && receipt.notification_id;
}

// As it was told when it is no phone number: a short code writes, too.
std::string normalised(const std::string& number, const std::string& default_region)
{
    const auto parsed = parse_phone_number(number, default_region);
    return parsed ? parsed->e164 : number;
}

}  // namespace

Task<ApplyCounts> ApplyReports::apply(pg::Transaction& transaction, std::vector<const ProviderReport*> reports,
                                      Instant now, Deadline deadline) const
{
    ApplyCounts counts;
    auto receipts = co_await receipts_that_matter(transaction, reports, deadline);
    counts.receipts =
        co_await record_receipts(transaction, std::move(receipts), options_.correct_delivered, now, deadline);
    for (const auto* report : reports)
    {
        if (const auto* complaint = std::get_if<Complaint>(&report->what))
        {
            const bool stored = co_await add_complaint(transaction, *complaint, now, deadline);
            ++(stored ? counts.complaints : counts.unmatched);
        }
        else if (const auto* text = std::get_if<InboundText>(&report->what))
        {
            const bool stored = co_await add_inbound(transaction, *text, now, deadline);
            ++(stored ? counts.inbound : counts.unmatched);
        }
    }
    co_return counts;
}

// "Sending" (SES's Send, DeliveryDelay) is news of a message alone whose hand-off is not recorded: its attempt is in
// doubt, or its answer under way. For every other message it would be a write that says what is known.
Task<std::vector<const Receipt*>> ApplyReports::receipts_that_matter(pg::Transaction& transaction,
                                                                     std::vector<const ProviderReport*> reports,
                                                                     Deadline deadline) const
{
    std::vector<const Receipt*> all;
    std::vector<Uuid> services;
    std::vector<Uuid> ids;
    for (const auto* report : reports)
    {
        const auto* receipt = std::get_if<Receipt>(&report->what);
        if (receipt == nullptr) continue;
        if (receipt->status == NotificationStatus::sending && says_who(*receipt))
        {
            services.push_back(receipt->service_id->value);
            ids.push_back(receipt->notification_id->value);
        }
        all.push_back(receipt);
    }
    std::set<Uuid> waiting;
    if (!ids.empty())
    {
        auto params = pg::Params::of(services, ids);
        const auto rows = co_await transaction.execute(sql::list_not_handed_over, std::move(params), deadline);
        for (std::size_t i = 0; i < rows.size(); ++i) waiting.insert(rows.get<Uuid>(i, "id"));
    }
    std::erase_if(all,
                  [&waiting](const Receipt* receipt)
                  {
                      if (receipt->status != NotificationStatus::sending) return false;
                      return !says_who(*receipt) || !waiting.contains(receipt->notification_id->value);
                  });
    co_return all;
}

// The recipient is suppressed by suppress_due_recipients, which finds it in the contents; here when they are gone and
// the complaint names it.
Task<bool> ApplyReports::add_complaint(pg::Transaction& transaction, Complaint complaint, Instant now,
                                       Deadline deadline) const
{
    const auto message = co_await find_message(transaction, complaint, deadline);
    if (!message) co_return false;
    auto recipient = parse_email_address(complaint.recipient);
    auto params =
        pg::Params::of(message->service_id, make_uuid_v7(now), message->id, complaint.provider, complaint.feedback_id,
                       complaint.type, complaint.sub_type, complaint.complained_at, now, recipient.has_value());
    const auto rows = co_await transaction.execute(sql::add_complaint, std::move(params), deadline);
    if (rows.get<bool>(0, "suppress_told"))
    {
        SuppressionWish wish{message->service_id, Channel::email, std::move(*recipient), SuppressionReason::complaint,
                             message->id};
        co_await suppress_recipient(transaction, keys_, std::move(wish), std::nullopt, now, deadline);
    }
    co_return rows.get<std::int64_t>(0, "stored") > 0;
}

Task<bool> ApplyReports::add_inbound(pg::Transaction& transaction, InboundText text, Instant now,
                                     Deadline deadline) const
{
    const InboundSmsId id{make_uuid_v7(now)};
    InboundContents contents;
    contents.user_number = normalised(text.from, options_.default_region);
    contents.content = std::move(text.content);
    const pg::Bytes sealed{seal_inbound(keys_, id, contents)};
    auto params = pg::Params::of(digits_of(text.to), id, sealed, text.provider, text.reference, text.sent_at, now,
                                 zone_.date_of(text.sent_at), zone_.date_of(now));
    const auto rows = co_await transaction.execute(sql::receive_inbound_sms, std::move(params), deadline);
    if (rows.empty()) co_return false;
    const bool stored = rows.get<bool>(0, "stored");
    const bool is_known = rows.get<bool>(0, "keeps") && !stored;
    const bool is_heard = stored || !(is_known || options_.replayed);
    if (!is_heard || !options_.on_inbound) co_return stored;
    ToldInbound told;
    told.service_id = ServiceId{rows.get<Uuid>(0, "service_id")};
    told.from = std::move(contents.user_number);
    told.content = std::move(contents.content);
    told.sent_at = text.sent_at;
    co_await options_.on_inbound(transaction, std::move(told), now, deadline);
    co_return stored;
}

}  // namespace herald
