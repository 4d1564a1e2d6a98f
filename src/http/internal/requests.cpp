#include "http/internal/requests.hpp"

#include "http/query_values.hpp"
#include "http/server/errors.hpp"

namespace herald::http::internal
{

namespace
{

constexpr std::int64_t kMostDays = 36'500;

}  // namespace

ServiceId service_id_of(const Request& request)
{
    return request.path_id<ServiceId>("service_id").value_or(ServiceId{});
}

Task<ServicePtr> service_of(const Request& request, Context& context)
{
    co_return co_await context.directory.service(service_id_of(request), request.deadline);
}

JobContext job_context(const Request& request, Context& context, pg::Database& database)
{
    return {database, context.uploads, context.directory, context.clock.now(), request.deadline};
}

ContactListContext contact_list_context(const Request& request, Context& context)
{
    return {context.database, context.contact_list_files, context.zone, context.clock.now(), request.deadline};
}

Response no_result()
{
    return internal_error_response(404, "No result found");
}

Instant midnight_days_ago(const Context& context, std::int64_t days)
{
    const auto back = static_cast<int>(std::clamp(days, -kMostDays, kMostDays));
    return context.zone.start_of(add_days(context.zone.date_of(context.clock.now()), -back));
}

json::object links_of(const std::string& path, const Query& query, const PageNumber& at)
{
    json::object links;
    if (at.page > 1) links["prev"] = link_to_page(path, query, at.page - 1);
    if (at.has_more)
    {
        links["next"] = link_to_page(path, query, at.page + 1);
        const auto last = (at.total + at.page_size - 1) / at.page_size;
        links["last"] = link_to_page(path, query, std::max(last, at.page + 1));
    }
    return links;
}

}  // namespace herald::http::internal
