#include "http/v1/notification_json.hpp"

#include "http/json_values.hpp"
#include "http/notification_values.hpp"
#include "operations/show_notification.hpp"

namespace herald::http::v1
{

Task<Result<json::object>> notification_json(NotificationRow row, ServiceId service, Context& context,
                                             Deadline deadline)
{
    const auto from =
        co_await context.directory.template_version(service, row.template_id, row.template_version, deadline);
    if (!from) co_return fail(ErrorKind::internal, "a notification's template version is missing");
    const auto said = show_notification(context.keys, row, *from);
    if (!said) co_return Failure(said.error());

    json::object shown;
    shown["id"] = row.id.to_string();
    shown["notification_type"] = to_string(row.channel);
    shown["status"] = to_string(row.status);
    shown["to"] = said->contents.to;
    shown["body"] = said->body;
    shown["content_char_count"] = or_null(said->sms_characters);
    if (said->subject) shown["subject"] = *said->subject;
    shown["template"] = {{"id", row.template_id.to_string()},
                         {"name", from->facts.name},
                         {"template_type", to_string(from->facts.type)},
                         {"version", row.template_version}};
    shown["template_version"] = row.template_version;
    shown["service"] = service.to_string();
    shown["api_key"] = or_null(row.api_key_id, id_text);
    shown["job"] = nullptr;
    if (row.job_id) shown["job"] = {{"id", row.job_id->to_string()}, {"original_file_name", nullptr}};
    shown["job_row_number"] = or_null(row.job_row_number);
    shown["billable_units"] = shown_billable_units(row);
    shown["reference"] = or_null(row.provider_reference);
    shown["sent_by"] = or_null(row.sent_by);
    shown["created_at"] = format_seconds(row.created_at);
    shown["sent_at"] = or_null(row.sent_at, format_seconds);
    shown["updated_at"] = or_null(row.updated_at, format_seconds);
    co_return shown;
}

}  // namespace herald::http::v1
