// GET /service/{service_id}/job: numbered pages; what has not begun comes first, then newest first.

#include <fmt/format.h>

#include "http/internal/handlers.hpp"
#include "http/internal/job_json.hpp"
#include "http/internal/requests.hpp"
#include "http/query_values.hpp"

namespace herald::http::internal
{

namespace
{

struct Asked
{
    JobFilter filter;
    std::int64_t page = 1;
    bool matches_nothing = false;  // a status that does not exist was asked for, and no other
    bool is_nonsense = false;      // a contact list that cannot be
};

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// "scheduled, in progress"
void read_job_statuses(std::string_view list, Asked& asked)
{
    if (trimmed(list).empty()) return;
    while (true)
    {
        const auto comma = list.find(',');
        if (const auto status = parse_job_status(trimmed(list.substr(0, comma))))
            asked.filter.statuses.push_back(*status);
        if (comma == std::string_view::npos) break;
        list.remove_prefix(comma + 1);
    }
    asked.matches_nothing = asked.filter.statuses.empty();
}

Asked read_query(const Query& query, const Context& context, FieldErrors& errors)
{
    Asked asked;
    if (const auto text = query.first("limit_days"); text && !text->empty())
    {
        if (const auto days = parse_integer(*text))
            asked.filter.created_from = midnight_days_ago(context, *days);
        else
            errors.add("limit_days", fmt::format("{} is not an integer", *text));
    }
    asked.page = read_integer(query, "page", errors).value_or(1);
    read_job_statuses(query.first("statuses").value_or(""), asked);
    if (const auto text = query.first("contact_list_id"))
    {
        asked.filter.contact_list_id = Uuid::parse(*text);
        asked.is_nonsense = !asked.filter.contact_list_id;
    }
    return asked;
}

}  // namespace

Task<Response> list_jobs(Request& request, Context& context)
{
    FieldErrors errors;
    const auto asked = read_query(request.query, context, errors);
    if (!errors.empty()) co_return errors.response();
    if (asked.is_nonsense) co_return no_result();
    if (!is_page(asked.page)) co_return route_not_found_response();

    const auto owner = co_await service_of(request, context);
    JobReportPage found;
    if (owner && !asked.matches_nothing)
        found = co_await herald::list_jobs(job_context(request, context, context.reading), owner->service().id,
                                           asked.filter, asked.page, kPageSize);
    if (found.jobs.empty() && asked.page > 1) co_return route_not_found_response();
    json::object answer{{"page_size", kPageSize}, {"total", found.total}};
    const auto path = fmt::format("/service/{}/job", service_id_of(request).to_string());
    // Without the filters, as the reference has it.
    answer["links"] = links_of(path, Query(), {asked.page, kPageSize, found.total, found.has_more});
    json::array shown;
    if (owner) shown = co_await jobs_json(std::move(found.jobs), owner, context, request.deadline);
    answer["data"] = std::move(shown);
    co_return json_response(200, answer);
}

}  // namespace herald::http::internal
