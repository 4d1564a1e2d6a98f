// GET /v2/template/{id}, /version/{n}; POST /v2/template/{id}/preview; GET /v2/templates

#include <fmt/format.h>

#include "http/json_values.hpp"
#include "http/rows_text.hpp"
#include "http/v2/handlers.hpp"
#include "http/v2/notification_json.hpp"
#include "http/v2/schema.hpp"
#include "operations/show_notification.hpp"
#include "runtime/loop_turn.hpp"

namespace herald::http::v2
{

namespace
{

Response no_result()
{
    return error_response(Error(ErrorKind::not_found, "No result found"), ErrorShape::v2);
}

// Version 0 is the current one.
Task<Response> show(TemplateId id, std::int64_t version, Request& request, Context& context)
{
    const ServiceId service = request.principal.service->service().id;
    TemplatePtr found;
    if (version == 0)
        found = co_await context.directory.current_template(service, id, request.deadline);
    else if (version <= INT32_MAX)
        found = co_await context.directory.template_version(service, id, static_cast<std::int32_t>(version),
                                                            request.deadline);
    if (!found) co_return no_result();
    co_return json_response(200, template_json(*found));
}

struct PreviewRequest
{
    TemplateId id;
    json::object personalisation;
};

// The id in the path is checked with the body, as one object: both may be wrong. No body at all is no values.
Result<PreviewRequest> read_preview(const Request& request)
{
    json::value body = json::object();
    if (!request.body.empty())
    {
        auto parsed = parse_json(request.body);
        if (!parsed) return Failure(parsed.error());
        body = empty_as_object(std::move(*parsed));
    }
    if (body.is_object()) body.get_object()["id"] = request.path_parameter("template_id").value_or("");
    const std::vector<Field> fields{{"id", true, check_uuid}, {"personalisation", false, check_object_type}};
    if (auto valid = check_object(body, fields, true); !valid) return Failure(valid.error());

    PreviewRequest preview{*request.path_id<TemplateId>("template_id"), {}};
    if (const auto* values = body.get_object().if_contains("personalisation"))
        preview.personalisation = values->get_object();
    return preview;
}

}  // namespace

Task<Response> get_template(Request& request, Context& context)
{
    const auto id = request.path_id<TemplateId>("template_id");
    if (!id) co_return error_response(not_a_uuid("id"), ErrorShape::v2);
    co_return co_await show(*id, 0, request, context);
}

Task<Response> get_template_version(Request& request, Context& context)
{
    const auto id = request.path_id<TemplateId>("template_id");
    if (!id) co_return error_response(not_a_uuid("id"), ErrorShape::v2);
    co_return co_await show(*id, request.path_int("version").value_or(0), request, context);
}

Task<Response> preview_template(Request& request, Context& context)
{
    const auto asked = read_preview(request);
    if (!asked) co_return error_response(asked.error(), ErrorShape::v2);
    const ServiceId service = request.principal.service->service().id;
    const auto found = co_await context.directory.current_template(service, asked->id, request.deadline);
    if (!found) co_return no_result();
    const auto preview = herald::preview_template(*found, asked->personalisation);
    if (!preview) co_return error_response(preview.error(), ErrorShape::v2);
    const json::object answer{
        {"id", found->facts.id.to_string()},
        {"type", to_string(found->facts.type)},
        {"version", found->facts.version},
        {"body", preview->body},
        {"subject", or_null(preview->subject)},
        {"html", or_null(preview->html)},
        {"postage", nullptr},
    };
    co_return json_response(200, answer);
}

Task<Response> list_templates(Request& request, Context& context)
{
    QueryCheck check(request.query);
    std::optional<Channel> channel;
    if (const auto type = check.first("type"))
    {
        channel = parse_channel(*type);
        if (!channel) check.report(fmt::format("type {} is not one of [sms, email]", *type));
    }
    if (auto valid = check.result(); !valid) co_return error_response(valid.error(), ErrorShape::v2);

    const ServiceId service = request.principal.service->service().id;
    auto found = co_await context.templates.list(service, channel, request.deadline);
    RowsText shown(SIZE_MAX);
    LoopTurn turn;
    for (Template& facts : found)
    {
        auto compiled = rendering::CompiledTemplate::compile(facts.type, facts.subject, facts.content);
        const TemplateContext one{std::move(facts), std::move(compiled)};
        shown.add(template_json(one));
        co_await turn.pass_if_over();
    }
    const json::object answer{{"templates", json::array()}};
    co_return json_text_response(200, std::move(shown).in(answer, "templates"));
}

}  // namespace herald::http::v2
