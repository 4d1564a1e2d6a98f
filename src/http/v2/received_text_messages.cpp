// GET /v2/received-text-messages: texts sent to the service, newest first.

#include "http/v2/handlers.hpp"
#include "http/v2/notification_json.hpp"
#include "http/v2/schema.hpp"
#include "operations/inbound_contents.hpp"

namespace herald::http::v2
{

namespace
{

constexpr std::int32_t kPageSize = 250;

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
        const auto opened = open_inbound(context.keys, row.id, row.sealed);
        if (!opened) co_return error_response(opened.error(), ErrorShape::v2);
        shown.push_back(json::object{{"id", row.id.to_string()},
                                     {"created_at", format_v2(row.created_at)},
                                     {"service_id", service.to_string()},
                                     {"notify_number", row.notify_number},
                                     {"user_number", opened->user_number},
                                     {"content", opened->content}});
    }
    const json::object page{{"received_text_messages", std::move(shown)}, {"links", std::move(links)}};
    co_return json_response(200, page);
}

}  // namespace herald::http::v2
