// GET /v2/template/{id}, /version/{n}; POST /v2/template/{id}/preview; GET /v2/templates

#include <fmt/format.h>

#include "http/v2/handlers.hpp"
#include "http/v2/notification_json.hpp"
#include "http/v2/schema.hpp"
#include "rendering/email.hpp"
#include "rendering/sms.hpp"

namespace herald::http
{

namespace
{

Response no_result()
{
    return error_response(Error(ErrorKind::not_found, "No result found"), ErrorShape::v2);
}

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

Result<json::object> read_personalisation(const Request& request)
{
    if (request.body.empty()) return json::object();
    auto body = parse_json(request.body);
    if (!body) return Failure(body.error());
    const std::vector<Field> fields{{"personalisation", false, check_object_type}};
    if (auto valid = check_object(*body, fields, true); !valid) return Failure(valid.error());
    const auto* values = body->get_object().if_contains("personalisation");
    return values == nullptr ? json::object() : values->get_object();
}

json::object preview_json(const TemplateContext& shown, const rendering::Personalisation& values)
{
    const bool is_sms = shown.facts.type == Channel::sms;
    return {
        {"id", shown.facts.id.to_string()},
        {"type", to_string(shown.facts.type)},
        {"version", shown.facts.version},
        {"body", is_sms ? rendering::render_sms(shown.compiled, values).body
                        : rendering::render_email_body_for_api(shown.compiled, values)},
        {"subject", is_sms ? json::value(nullptr) : json::value(rendering::render_subject(shown.compiled, values))},
        {"html",
         is_sms ? json::value(nullptr) : json::value(rendering::render_email_html_body(shown.compiled, values))},
        {"postage", nullptr},
    };
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
    const auto id = request.path_id<TemplateId>("template_id");
    if (!id) co_return error_response(not_a_uuid("id"), ErrorShape::v2);
    const auto given = read_personalisation(request);
    if (!given) co_return error_response(given.error(), ErrorShape::v2);
    const ServiceId service = request.principal.service->service().id;
    const auto found = co_await context.directory.current_template(service, *id, request.deadline);
    if (!found) co_return no_result();
    const auto values = rendering::Personalisation::from_json(*given);
    if (!values) co_return error_response(values.error(), ErrorShape::v2);
    if (const auto missing = found->compiled.missing(*values); !missing.empty())
    {
        const Error error(ErrorKind::bad_request, fmt::format("Missing personalisation: {}", fmt::join(missing, ", ")));
        co_return error_response(error, ErrorShape::v2);
    }
    co_return json_response(200, preview_json(*found, *values));
}

Task<Response> list_templates(Request& request, Context& context)
{
    std::optional<Channel> channel;
    if (const auto type = request.query.first("type"))
    {
        channel = parse_channel(*type);
        if (!channel)
            co_return error_response(
                Error(ErrorKind::validation, fmt::format("type {} is not one of [sms, email]", *type)), ErrorShape::v2);
    }
    const ServiceId service = request.principal.service->service().id;
    auto found = co_await context.templates.list(service, channel, request.deadline);
    json::array shown;
    for (Template& facts : found)
    {
        auto compiled = rendering::CompiledTemplate::compile(facts.type, facts.subject, facts.content);
        const TemplateContext one{std::move(facts), std::move(compiled)};
        shown.push_back(template_json(one));
    }
    const json::object answer{{"templates", std::move(shown)}};
    co_return json_response(200, answer);
}

}  // namespace herald::http
