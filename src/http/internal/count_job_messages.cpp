// GET /service/{service_id}/job/{job_id}/notification_count: how many messages its rows have become so far.

#include "http/internal/handlers.hpp"
#include "http/internal/requests.hpp"

namespace herald::http::internal
{

Task<Response> count_job_messages(Request& request, Context& context)
{
    const auto id = request.path_id<JobId>("job_id");
    if (!id) co_return no_result();
    const auto job = co_await JobStore(context.reading).find(service_id_of(request), *id, request.deadline);
    if (!job) co_return no_result();
    co_return json_response(200, json::object{{"count", job->rows_written}});
}

}  // namespace herald::http::internal
