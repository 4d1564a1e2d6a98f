// GET /_status: is this process up, and does its database answer. GET /metrics: Prometheus.

#include "base/metrics.hpp"
#include "http/context.hpp"
#include "http/v2/handlers.hpp"

namespace herald::http
{

Task<Response> get_status(Request& request, Context& context)
{
    json::object status{{"status", "ok"}, {"git_commit", nullptr}, {"build_time", nullptr}, {"db_version", nullptr}};
    if (!request.query.has("simple")) status["db_version"] = co_await context.schema_version(request.deadline);
    co_return json_response(200, status);
}

Task<Response> get_metrics(Request&, Context&)
{
    co_return text_response(200, metrics::expose());
}

}  // namespace herald::http
