// GET /v2/jobs/{job_id}: how far a job has come (not in the family's API)
//
// Security: scoped by service, so another tenant's id is a 404. Reasons name columns and never a value.

#include "http/job_values.hpp"
#include "http/v2/handlers.hpp"
#include "http/v2/job_json.hpp"
#include "http/v2/notification_json.hpp"
#include "operations/manage_jobs.hpp"
#include "storage/user_store.hpp"

namespace herald::http::v2
{

namespace
{

constexpr std::int32_t kShownRefusedRows = 100;

Task<json::value> author_json(const Job& job, Context& context, Deadline deadline)
{
    if (!job.created_by_id) co_return json::value(nullptr);
    std::vector<UserId> one{*job.created_by_id};
    const auto users = co_await UserStore(context.reading).find_all(std::move(one), deadline);
    json::object author{{"id", job.created_by_id->to_string()}, {"name", nullptr}};
    if (!users.empty()) author["name"] = users.front().name;
    co_return json::value(std::move(author));
}

json::array rows_json(const std::vector<RefusedRow>& rows)
{
    json::array shown;
    for (const auto& row : rows) shown.push_back(json::object{{"row_number", row.row_number}, {"reason", row.reason}});
    return shown;
}

}  // namespace

Task<Response> get_job(Request& request, Context& context)
{
    const auto id = request.path_id<JobId>("job_id");
    if (!id) co_return error_response(not_a_uuid("job_id"), ErrorShape::v2);
    const auto& owner = *request.principal.service;
    const ServiceId service = owner.service().id;
    const JobContext jobs{context.reading, context.uploads, context.directory, context.clock.now(), request.deadline};
    const auto report = co_await find_job(jobs, service, *id);
    if (!report) co_return error_response(Error(ErrorKind::not_found, "No result found"), ErrorShape::v2);
    const auto refused =
        co_await JobStore(context.reading).refused_rows(service, *id, -1, kShownRefusedRows, request.deadline);

    auto shown = job_json(report->job, owner);
    shown["created_by"] = co_await author_json(report->job, context, request.deadline);
    shown["reason"] = report->job.reason;
    shown["paused"] = report->job.paused_at.has_value();
    shown["statistics"] = statistics_json(report->statistics);
    shown["rows_written"] = report->job.rows_written;
    shown["rows_refused"] = report->job.rows_refused;
    shown["refused_rows"] = rows_json(refused);
    const json::object answer{{"data", std::move(shown)}};
    co_return json_response(200, answer);
}

}  // namespace herald::http::v2
