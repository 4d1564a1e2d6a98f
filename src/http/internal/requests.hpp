// What the handlers of the internal API have in common.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "http/context.hpp"
#include "http/server/request.hpp"
#include "http/server/response.hpp"
#include "operations/manage_contact_lists.hpp"
#include "operations/manage_jobs.hpp"

namespace herald::http::internal
{

// Rows of a page, where nobody says how many.
inline constexpr std::int32_t kPageSize = 50;

ServiceId service_id_of(const Request& request);
// nullptr: there is no such service.
Task<ServicePtr> service_of(const Request& request, Context& context);

JobContext job_context(const Request& request, Context& context, pg::Database& database);
ContactListContext contact_list_context(const Request& request, Context& context);

// 404 "No result found".
Response no_result();
// Local midnight so many days ago.
Instant midnight_days_ago(const Context& context, std::int64_t days);

// From 1, and not further out than any service has rows.
constexpr bool is_page(std::int64_t number)
{
    return number >= 1 && number <= 1'000'000'000;
}

// A page among numbered ones.
struct PageNumber
{
    std::int64_t page = 1;
    std::int64_t page_size = kPageSize;
    std::int64_t total = 0;
    bool has_more = false;
};
// "prev", "next" and "last", as far as they exist; `query` is said again in each.
json::object links_of(const std::string& path, const Query& query, const PageNumber& at);

}  // namespace herald::http::internal
