// GET /service/{service_id}/job/{job_id}/notifications: numbered pages of what became of the rows, in their order.

#include <algorithm>

#include <fmt/format.h>

#include "http/internal/handlers.hpp"
#include "http/internal/notification_filter.hpp"
#include "http/internal/notification_json.hpp"
#include "http/internal/requests.hpp"

namespace herald::http::internal
{

namespace
{

bool contains(const auto& values, const auto& value)
{
    return std::ranges::find(values, value) != values.end();
}

bool may_match(const NotificationsAsked& asked, const Job& job)
{
    return !asked.statuses.matches_nothing && (asked.channels.empty() || contains(asked.channels, job.channel));
}

// Of the statuses that were asked for, by the job's own counts: no message is counted.
Task<std::int64_t> total_of(const NotificationsAsked& asked, const Job& job, Context& context, Deadline deadline)
{
    const auto& wanted = asked.statuses.statuses;
    const std::vector<JobId> ids{job.id};
    const auto counts = co_await JobStore(context.reading).statistics(job.service_id, ids, deadline);
    std::int64_t total = 0;
    for (const auto& [id, of] : counts)
    {
        for (const auto& one : of) total += wanted.empty() || contains(wanted, one.status) ? one.count : 0;
    }
    co_return total;
}

}  // namespace

Task<Response> list_job_notifications(Request& request, Context& context)
{
    FieldErrors errors;
    const auto asked = read_notifications_asked(request.query, errors);
    if (!errors.empty()) co_return errors.response();
    if (!is_page(asked.page)) co_return route_not_found_response();
    const auto id = request.path_id<JobId>("job_id");
    if (!id) co_return no_result();
    const auto service = service_id_of(request);
    JobStore jobs(context.reading);
    const auto job = co_await jobs.find(service, *id, request.deadline);

    NotificationsPage shown{service, {}, {}, asked.format_for_csv};
    PageNumber at{asked.page, asked.page_size};
    if (job && may_match(asked, *job))
    {
        const auto today = context.zone.date_of(context.clock.now());
        auto found = co_await jobs.notifications(service, *id, asked.statuses.statuses, asked.page, asked.page_size,
                                                 today, request.deadline);
        shown.rows = std::move(found.rows);
        shown.job = {*id, job->original_file_name};
        at.has_more = found.has_more;
        if (!shown.rows.empty()) at.total = co_await total_of(asked, *job, context, request.deadline);
    }
    if (shown.rows.empty() && asked.page > 1) co_return route_not_found_response();
    json::object page{{"notifications", json::array()}, {"page_size", asked.page_size}, {"total", at.total}};
    const auto path = fmt::format("/service/{}/job/{}/notifications", service.to_string(), id->to_string());
    page["links"] = links_of(path, request.query, at);
    auto text = co_await notifications_text(std::move(shown), std::move(page), context, request.deadline);
    if (!text) co_return error_response(text.error(), ErrorShape::internal);
    co_return json_text_response(200, std::move(*text));
}

}  // namespace herald::http::internal
