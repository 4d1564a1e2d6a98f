// GET /notifications: numbered pages, newest first.

#include <algorithm>

#include "http/query_values.hpp"
#include "http/rows_text.hpp"
#include "http/v1/handlers.hpp"
#include "http/v1/notification_json.hpp"
#include "runtime/loop_turn.hpp"

namespace herald::http::v1
{

namespace
{

// The default and, unlike in the family, the most: a larger wish gets this many, and page_size and the links say so.
constexpr std::int64_t kPageSize = 250;
constexpr std::int64_t kMostDays = 36'500;
constexpr std::size_t kMostNumberedPageBytes = 16'000'000;

struct Asked
{
    NumberedPageRequest request;
    bool matches_nothing = false;  // a status that does not exist was asked for, and no other
};

// Arguments that v1 does not know are ignored.
Asked read_query(const Request& request, const Context& context, FieldErrors& errors)
{
    Asked asked;
    const Query& query = request.query;
    auto statuses = read_statuses(query);
    asked.matches_nothing = statuses.matches_nothing;
    asked.request.filter.statuses = std::move(statuses.statuses);
    asked.request.filter.channels = read_channels(query, errors);
    asked.request.filter.key_type = request.principal.key->type;
    asked.request.filter.include_jobs = read_boolean(query, "include_jobs", false, errors);
    asked.request.max_bytes = kMostNumberedPageBytes;
    asked.request.page = read_positive(query, "page", 1, errors);
    asked.request.page_size =
        static_cast<std::int32_t>(std::min(read_positive(query, "page_size", kPageSize, errors), kPageSize));
    const LocalDate today = context.zone.date_of(context.clock.now());
    asked.request.filter.not_before = oldest_shown(request.principal.service->service(), context.zone, today);
    if (const auto days = read_integer(query, "limit_days", errors))
    {
        const auto back = static_cast<int>(std::clamp(*days, -kMostDays, kMostDays));
        asked.request.filter.not_before =
            std::max(asked.request.filter.not_before, context.zone.start_of(add_days(today, -back)));
    }
    if (const auto text = query.first("older_than"); text && !NotificationId::parse(*text))
        errors.add("older_than", "Not a valid UUID.");
    return asked;
}

std::string link(const Query& query, std::int64_t page)
{
    return link_to_page("/notifications", query, page);
}

json::object links_of(const Query& query, const NumberedPageRequest& asked, const NumberedPage& page)
{
    json::object links;
    if (asked.page > 1) links["prev"] = link(query, asked.page - 1);
    if (page.has_more)
    {
        links["next"] = link(query, asked.page + 1);
        links["last"] = link(query, (page.total + asked.page_size - 1) / asked.page_size);
    }
    return links;
}

// Rows that did not fit would be on no page: the pages are counted in rows.
Response too_large()
{
    FieldErrors errors;
    errors.add("page_size", "These messages are too large for one page: ask for fewer.");
    return errors.response();
}

}  // namespace

Task<Response> list_notifications(Request& request, Context& context)
{
    FieldErrors errors;
    const auto asked = read_query(request, context, errors);
    if (!errors.empty()) co_return errors.response();
    const Service& owner = request.principal.service->service();
    const ServiceId service = owner.id;
    const LocalDate today = context.zone.date_of(context.clock.now());
    NumberedPage page;
    if (!asked.matches_nothing)
        page = co_await context.notifications.page(owner, asked.request, today, request.deadline);
    if (page.is_too_large) co_return too_large();
    if (page.rows.empty() && asked.request.page > 1) co_return route_not_found_response();

    RowsText shown(kMostNumberedPageBytes);
    LoopTurn turn;
    for (auto& row : page.rows)
    {
        auto one = co_await notification_json(std::move(row), service, context, request.deadline);
        if (!one) co_return error_response(one.error(), ErrorShape::internal);
        if (!shown.add(*one)) co_return too_large();
        co_await turn.pass_if_over();
    }
    const json::object answer{{"notifications", json::array()},
                              {"page_size", asked.request.page_size},
                              {"total", page.total},
                              {"links", links_of(request.query, asked.request, page)}};
    co_return json_text_response(200, std::move(shown).in(answer, "notifications"));
}

}  // namespace herald::http::v1
