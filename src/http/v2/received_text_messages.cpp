// GET /v2/received-text-messages: texts sent to the service, newest first.

#include "http/v2/handlers.hpp"
#include "http/v2/notification_json.hpp"
#include "http/v2/schema.hpp"

namespace herald::http
{

namespace
{

constexpr std::int32_t kPageSize = 250;

// Sealed as a JSON object {"user_number", "content"}, bound to the row's id.
Result<json::object> open_received(const KeyRing& keys, const ReceivedText& received)
{
    const auto plain = keys.open(received.sealed, "inbound:" + received.id.to_string());
    if (!plain) return Failure(plain.error());
    auto value = parse_json(*plain);
    if (!value || !value->is_object()) return fail(ErrorKind::internal, "a received text does not open");
    return std::move(value->get_object());
}

}  // namespace

Task<Response> list_received_texts(Request& request, Context& context)
{
    QueryCheck check(request.query);
    std::optional<InboundSmsId> older_than;
    if (const auto text = check.first("older_than"))
    {
        older_than = InboundSmsId::parse(*text);
        if (!older_than) check.report(not_a_uuid("older_than").message);
    }
    if (auto valid = check.result(); !valid) co_return error_response(valid.error(), ErrorShape::v2);
    const ServiceId service = request.principal.service->service().id;
    const LocalDate today = context.zone.date_of(context.clock.now());
    const auto rows =
        co_await context.notifications.list_received(service, older_than, today, kPageSize, request.deadline);

    const std::string root = request.base_url + "v2/received-text-messages";
    json::object links{{"current", root}};
    if (!rows.empty()) links["next"] = root + "?older_than=" + rows.back().id.to_string();
    json::array shown;
    for (const auto& row : rows)
    {
        auto opened = open_received(context.keys, row);
        if (!opened) co_return error_response(opened.error(), ErrorShape::v2);
        shown.push_back(json::object{{"id", row.id.to_string()},
                                     {"created_at", format_v2(row.created_at)},
                                     {"service_id", service.to_string()},
                                     {"notify_number", row.notify_number},
                                     {"user_number", (*opened)["user_number"]},
                                     {"content", (*opened)["content"]}});
    }
    const json::object page{{"received_text_messages", std::move(shown)}, {"links", std::move(links)}};
    co_return json_response(200, page);
}

}  // namespace herald::http
