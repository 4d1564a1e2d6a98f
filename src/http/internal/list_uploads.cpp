// GET /service/{service_id}/upload: numbered pages of the jobs whose messages are kept.

#include <fmt/format.h>

#include "http/internal/handlers.hpp"
#include "http/internal/requests.hpp"
#include "http/job_values.hpp"
#include "http/query_values.hpp"
#include "storage/upload_store.hpp"

namespace herald::http::internal
{

namespace
{

// "2026-11-23 09:05:07", of UTC.
std::string format_plain(Instant instant)
{
    std::string text = format_v2(instant).substr(0, 19);
    text[10] = ' ';
    return text;
}

json::object upload_json(const Upload& upload, const std::map<JobId, std::vector<JobCount>>& statistics)
{
    const auto counts = statistics.find(upload.id);
    return {{"id", upload.id.to_string()},
            {"original_file_name", upload.original_file_name},
            {"notification_count", upload.notification_count},
            {"created_at", format_plain(upload.scheduled_for.value_or(upload.created_at))},
            {"upload_type", "job"},
            {"template_type", to_string(upload.channel)},
            {"recipient", nullptr},
            {"statistics", counts == statistics.end() ? json::array() : statistics_json(counts->second)}};
}

UploadFilter filter_of(const Request& request, const Service& owner, const Context& context)
{
    UploadFilter filter;
    filter.emails_from = midnight_days_ago(context, owner.retention_days_email);
    filter.texts_from = midnight_days_ago(context, owner.retention_days_sms);
    const auto days = parse_integer(request.query.first("limit_days").value_or(""));
    if (days) filter.created_from = midnight_days_ago(context, *days);
    return filter;
}

Task<json::array> uploads_json(std::vector<Upload> uploads, ServiceId service, Context& context, Deadline deadline)
{
    std::vector<JobId> ids;
    for (const auto& upload : uploads) ids.push_back(upload.id);
    std::map<JobId, std::vector<JobCount>> statistics;
    if (!ids.empty()) statistics = co_await JobStore(context.reading).statistics(service, std::move(ids), deadline);
    json::array shown;
    for (const auto& upload : uploads) shown.push_back(upload_json(upload, statistics));
    co_return shown;
}

}  // namespace

Task<Response> list_uploads(Request& request, Context& context)
{
    // What is no number is left out (limit_days) or leads nowhere (page), as in the reference.
    const auto text = request.query.first("page");
    const auto page = text ? parse_integer(*text).value_or(0) : 1;
    if (!is_page(page)) co_return route_not_found_response();
    const auto owner = co_await service_of(request, context);
    UploadPage found;
    if (owner)
        found = co_await UploadStore(context.reading)
                    .page(owner->service().id, filter_of(request, owner->service(), context), page, kPageSize,
                          request.deadline);
    if (found.uploads.empty() && page > 1) co_return route_not_found_response();
    const auto service = service_id_of(request);
    json::object answer{{"page_size", kPageSize}, {"total", found.total}};
    answer["links"] = links_of(fmt::format("/service/{}/upload", service.to_string()), Query(),
                               {page, kPageSize, found.total, found.has_more});
    answer["data"] = co_await uploads_json(std::move(found.uploads), service, context, request.deadline);
    co_return json_response(200, answer);
}

}  // namespace herald::http::internal
