// GET /v2/notifications/changes: what became of the service's messages, change by change; with `wait`, as it happens.
//
// Security: a key sees the messages of its own kind, as in GET /v2/notifications. A change is facts, no personal data.

#include <charconv>

#include <fmt/format.h>

#include "http/context.hpp"
#include "http/json_values.hpp"
#include "http/v2/handlers.hpp"
#include "http/v2/schema.hpp"

namespace herald::http::v2
{

namespace
{

void read_number(QueryCheck& check, std::string_view name, std::int32_t least, std::int32_t most, std::int32_t& number)
{
    const auto text = check.first(name);
    if (!text) return;
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size() || value < least || value > most)
        return check.report(fmt::format("{} {} is not a number between {} and {}", name, *text, least, most));
    number = value;
}

Result<ChangesAsked> read_question(const Request& request)
{
    QueryCheck check(request.query);
    ChangesAsked asked;
    asked.service = request.principal.service->service().id;
    asked.filter.key_type = request.principal.key->type;
    if (const auto text = check.first("after"))
    {
        asked.after = *text;
        if (text->empty()) check.report("after is neither a cursor of this service nor latest");
    }
    read_number(check, "limit", 1, ChangeFeed::kMostChanges, asked.limit);
    auto wait = static_cast<std::int32_t>(asked.wait.count());
    read_number(check, "wait", 0, static_cast<std::int32_t>(ChangeFeed::kLongestWait.count()), wait);
    asked.wait = seconds(wait);
    if (const auto text = check.first("include_jobs"))
    {
        asked.filter.include_jobs = *text == "true" || *text == "True";
        if (!asked.filter.include_jobs) check.report(fmt::format("include_jobs {} is not one of [true, True]", *text));
    }
    if (auto valid = check.result(); !valid) return Failure(valid.error());
    return asked;
}

json::object change_json(const Change& change, std::string_view base_url)
{
    const std::string template_id = change.template_id.to_string();
    return {{"id", change.notification_id.to_string()},
            {"reference", or_null(change.client_reference)},
            {"type", to_string(change.channel)},
            {"status", to_string(change.status)},
            {"at", format_v2(change.at)},
            {"template",
             {{"id", template_id},
              {"version", change.template_version},
              {"uri", fmt::format("{}v2/template/{}/version/{}", base_url, template_id, change.template_version)}}}};
}

}  // namespace

Task<Response> list_changes(Request& request, Context& context)
{
    auto asked = read_question(request);
    if (!asked) co_return error_response(asked.error(), ErrorShape::v2);
    const auto page = co_await context.changes.read(std::move(*asked), request.deadline);
    if (!page) co_return error_response(page.error(), ErrorShape::v2);
    json::array changes;
    for (const auto& change : page->changes) changes.push_back(change_json(change, request.base_url));
    const json::object body{{"changes", std::move(changes)}, {"next", page->next}, {"has_more", page->has_more}};
    co_return json_response(200, body);
}

}  // namespace herald::http::v2
