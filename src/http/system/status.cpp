// GET /_status: is this process ready. GET /metrics: Prometheus.
//
// `?simple=1` asks nothing else than whether the process answers: liveness. Without it the answer is about readiness:
// 503 while the database does not answer, or once the process has been told to stop. docs/operating.md, "Health".

#include <algorithm>

#include "base/metrics.hpp"
#include "http/context.hpp"
#include "http/server/errors.hpp"
#include "http/system/handlers.hpp"
#include "storage/pg/migrator.hpp"

namespace herald::http::system
{

namespace
{

// Whoever balances load asks every few seconds and wants to know now.
constexpr auto kPatience = seconds(2);

// nullopt: it did not answer.
Task<std::optional<std::string>> ask_database(const Health& health, Deadline deadline)
{
    try
    {
        co_return co_await pg::schema_version(health.database, deadline);
    }
    catch (const pg::Unavailable&)
    {
    }
    catch (const DeadlineExceeded&)
    {
    }
    co_return std::nullopt;
}

Response not_ready(std::string_view why, const char* database)
{
    const json::object body{{"result", "error"}, {"message", why}, {"status", "unavailable"}, {"database", database}};
    Response response = json_response(503, body);
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

Task<Response> status_response(Request& request, const Health& health)
{
    // In the family `simple` counts when it has a value.
    if (!request.query.first("simple").value_or("").empty())
    {
        const json::object alive{{"status", "ok"}};
        co_return json_response(200, alive);
    }
    const auto version = co_await ask_database(health, std::min(request.deadline, deadline_in(kPatience)));
    const char* database = version ? "ok" : "unavailable";
    if (health.is_draining && health.is_draining()) co_return not_ready("The process is stopping", database);
    if (!version) co_return not_ready("The database does not answer", database);
    const json::object ready{{"status", "ok"},
                             {"database", database},
                             {"db_version", *version},
                             {"git_commit", nullptr},
                             {"build_time", nullptr}};
    co_return json_response(200, ready);
}

Response metrics_response()
{
    return text_response(200, metrics::expose());
}

}  // namespace

Task<Response> get_status(Request& request, Context& context)
{
    return status_response(request, context.health);
}

Task<Response> get_metrics(Request&, Context&)
{
    co_return metrics_response();
}

Task<Response> answer_monitoring(Request& request, const Health& health)
{
    const bool is_status = request.path == "/_status";
    if (!is_status && request.path != "/metrics") co_return route_not_found_response();
    if (request.method != Method::get && request.method != Method::head)
        co_return method_not_allowed_response("GET, HEAD");
    if (!is_status) co_return metrics_response();
    co_return co_await status_response(request, health);
}

}  // namespace herald::http::system
