#include "operations/apply_reports.hpp"

#include "domain/recipients/recipient.hpp"
#include "operations/inbound_contents.hpp"
#include "operations/receipt_rounds.hpp"
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
    ReceiptRounds receipts;
    for (const auto* report : reports)
        if (const auto* receipt = std::get_if<Receipt>(&report->what)) receipts.add(*receipt);
    for (const auto& round : receipts.rounds())
    {
        auto params = round.params(now, options_.correct_delivered);
        const auto rows = co_await transaction.execute(sql::record_receipts, std::move(params), deadline);
        counts.receipts += rows.get<std::int64_t>(0, "changed");
    }
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

Task<bool> ApplyReports::add_complaint(pg::Transaction& transaction, Complaint complaint, Instant now,
                                       Deadline deadline) const
{
    const auto message = co_await find_message(transaction, complaint, deadline);
    if (!message) co_return false;
    auto params =
        pg::Params::of(message->service_id, make_uuid_v7(now), message->id, complaint.provider, complaint.feedback_id,
                       complaint.type, complaint.sub_type, complaint.complained_at, now);
    const auto rows = co_await transaction.execute(sql::add_complaint, std::move(params), deadline);
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
                                 zone_.date_of(now));
    const auto rows = co_await transaction.execute(sql::receive_inbound_sms, std::move(params), deadline);
    if (rows.empty()) co_return false;
    if (!options_.after_inbound) co_return true;
    StoredInbound stored;
    stored.service_id = ServiceId{rows.get<Uuid>(0, "service_id")};
    stored.id = id;
    stored.from = std::move(contents.user_number);
    stored.content = std::move(contents.content);
    co_await options_.after_inbound(transaction, std::move(stored), now, deadline);
    co_return true;
}

}  // namespace herald
