#include "http/internal/notification_json.hpp"

#include "base/local_time.hpp"
#include "http/internal/csv_status.hpp"
#include "http/json_values.hpp"
#include "http/notification_values.hpp"
#include "http/rows_text.hpp"
#include "operations/notification_contents.hpp"
#include "runtime/loop_turn.hpp"
#include "storage/notification_origin_store.hpp"

namespace herald::http::internal
{

namespace
{

// All that is known of one message.
struct Known
{
    ServiceId service;
    const NotificationRow& row;
    const NotificationContents& contents;
    const NotificationOrigin& origin;
    const Template& from;
    const ShownJob& job;
};

json::value text_or_null(const std::string& text)
{
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value author_json(const std::optional<User>& author)
{
    if (!author) return nullptr;
    return {{"id", author->id.to_string()}, {"name", author->name}, {"email_address", author->email_address}};
}

json::value job_of(const Known& known)
{
    if (!known.row.job_id) return nullptr;
    return {{"id", known.row.job_id->to_string()}, {"original_file_name", text_or_null(known.job.original_file_name)}};
}

json::object template_json(const Template& from)
{
    return {{"id", from.id.to_string()},
            {"version", from.version},
            {"name", from.name},
            {"template_type", to_string(from.type)},
            {"content", from.content},
            {"subject", from.type == Channel::sms ? json::value(nullptr) : json::value(from.subject)},
            {"redact_personalisation", from.redact_personalisation}};
}

// What was stored was readable when it was accepted.
json::object values_of(const std::string& stored)
{
    auto values = parse_json(stored);
    return values && values->is_object() ? std::move(values->get_object()) : json::object();
}

json::object notification_json(const Known& known)
{
    const auto& [service, row, contents, origin, from, job] = known;
    json::object shown;
    shown["id"] = row.id.to_string();
    shown["service"] = service.to_string();
    shown["notification_type"] = to_string(row.channel);
    shown["status"] = to_string(row.status);
    shown["to"] = text_or_null(contents.to);
    shown["normalised_to"] = text_or_null(contents.normalised_to);
    shown["personalisation"] = values_of(contents.personalisation);
    shown["reply_to_text"] = text_or_null(contents.reply_to);
    shown["template"] = template_json(from);
    shown["api_key"] = or_null(row.api_key_id, id_text);
    shown["key_name"] = or_null(origin.api_key_name);
    shown["key_type"] = to_string(row.key_type);
    shown["created_by"] = author_json(origin.created_by);
    shown["job"] = job_of(known);
    shown["job_row_number"] = or_null(row.job_row_number);
    shown["client_reference"] = or_null(row.client_reference);
    shown["reference"] = or_null(row.provider_reference);
    shown["provider_response"] = or_null(row.provider_response);
    shown["sent_by"] = or_null(row.sent_by);
    shown["billable_units"] = shown_billable_units(row);
    shown["international"] = row.international;
    shown["phone_prefix"] = or_null(origin.phone_prefix);
    shown["rate_multiplier"] = static_cast<double>(origin.rate_multiplier);
    shown["document_download_count"] = nullptr;
    shown["created_at"] = format_seconds(row.created_at);
    shown["sent_at"] = or_null(row.sent_at, format_seconds);
    shown["updated_at"] = or_null(row.updated_at, format_seconds);
    return shown;
}

// One line of a CSV file; its rows are counted from 1.
json::object csv_json(const Known& known, const TimeZone& zone)
{
    const auto& row = known.row;
    const auto& author = known.origin.created_by;
    json::object shown;
    shown["row_number"] = row.job_row_number ? json::value(*row.job_row_number + 1) : json::value("");
    shown["recipient"] = text_or_null(known.contents.to);
    shown["client_reference"] = row.client_reference.value_or("");
    shown["template_name"] = known.from.name;
    shown["template_type"] = to_string(known.from.type);
    shown["job_name"] = row.job_id ? known.job.original_file_name : "";
    shown["status"] = csv_status(row.channel, row.status);
    shown["created_at"] = format_local(zone, row.created_at);
    shown["created_by_name"] = author ? json::value(author->name) : json::value(nullptr);
    shown["created_by_email_address"] = author ? json::value(author->email_address) : json::value(nullptr);
    return shown;
}

// Purged contents are empty.
Result<NotificationContents> contents_of(const KeyRing& keys, const NotificationRow& row)
{
    if (row.sealed.empty()) return NotificationContents();
    return open_contents(keys, row.id, row.sealed);
}

Failure too_large()
{
    return fail(ErrorKind::bad_request, "These messages are too large for one page: ask for fewer.");
}

}  // namespace

Task<Result<std::string>> notifications_text(NotificationsPage shown, json::object page, Context& context,
                                             Deadline deadline)
{
    std::vector<NotificationId> ids;
    ids.reserve(shown.rows.size());
    for (const auto& row : shown.rows) ids.push_back(row.id);
    const auto origins =
        co_await NotificationOriginStore(context.reading).list(shown.service, std::move(ids), deadline);
    RowsText text(kMostNotificationBytes);
    LoopTurn turn;
    for (const auto& row : shown.rows)
    {
        const auto from =
            co_await context.directory.template_version(shown.service, row.template_id, row.template_version, deadline);
        if (!from) co_return fail(ErrorKind::internal, "a notification's template version is missing");
        const auto contents = contents_of(context.keys, row);
        if (!contents) co_return Failure(contents.error());
        const auto origin = origins.find(row.id);
        static const NotificationOrigin kUnknown;
        const Known known{shown.service, row,      *contents, origin == origins.end() ? kUnknown : origin->second,
                          from->facts,   shown.job};
        if (!text.add(shown.for_csv ? csv_json(known, context.zone) : notification_json(known))) co_return too_large();
        co_await turn.pass_if_over();
    }
    co_return std::move(text).in(page, "notifications");
}

}  // namespace herald::http::internal
