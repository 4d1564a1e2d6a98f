// GET /service/{service_id}/job/scheduled-job-stats

#include "http/internal/handlers.hpp"
#include "http/internal/requests.hpp"
#include "http/json_values.hpp"

namespace herald::http::internal
{

Task<Response> get_scheduled_jobs(Request& request, Context& context)
{
    const auto scheduled = co_await JobStore(context.reading).scheduled(service_id_of(request), request.deadline);
    co_return json_response(200, json::object{{"count", scheduled.count},
                                              {"soonest_scheduled_for", or_null(scheduled.soonest, format_v1)}});
}

}  // namespace herald::http::internal
