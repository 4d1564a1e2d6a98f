// POST /service/{service_id}/job/{job_id}/cancel: of a job that is scheduled for later. Any other is a 404.

#include "http/internal/handlers.hpp"
#include "http/internal/job_json.hpp"
#include "http/internal/requests.hpp"

namespace herald::http::internal
{

Task<Response> cancel_job(Request& request, Context& context)
{
    const auto owner = co_await service_of(request, context);
    const auto id = request.path_id<JobId>("job_id");
    if (!owner || !id) co_return no_result();
    auto report =
        co_await cancel_scheduled_job(job_context(request, context, context.database), owner->service().id, *id);
    if (!report) co_return no_result();
    json::object answer;
    answer["data"] = co_await job_json(std::move(*report), owner, context, request.deadline);
    co_return json_response(200, answer);
}

}  // namespace herald::http::internal
