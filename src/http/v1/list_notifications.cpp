// GET /notifications: numbered pages, newest first.

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "http/rows_text.hpp"
#include "http/v1/field_errors.hpp"
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

std::optional<std::int64_t> read_integer(const Query& query, std::string_view name, FieldErrors& errors)
{
    const auto text = query.first(name);
    if (!text) return std::nullopt;
    std::int64_t value = 0;
    const auto end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, value);
    if (read.ec == std::errc() && read.ptr == end) return value;
    errors.add(name, "Not a valid integer.");
    return std::nullopt;
}

std::int64_t read_positive(const Query& query, std::string_view name, std::int64_t otherwise, FieldErrors& errors)
{
    const auto value = read_integer(query, name, errors);
    if (value && *value < 1) errors.add(name, "Not a positive integer");
    return value.value_or(otherwise);
}

bool read_boolean(const Query& query, std::string_view name, FieldErrors& errors)
{
    constexpr std::string_view kTrue[] = {"t",  "T", "true", "True", "TRUE", "on",  "On",
                                          "ON", "y", "Y",    "yes",  "Yes",  "YES", "1"};
    constexpr std::string_view kFalse[] = {"f",   "F", "false", "False", "FALSE", "off", "Off",
                                           "OFF", "n", "N",     "no",    "No",    "NO",  "0"};
    const auto text = query.first(name);
    if (!text) return false;
    if (std::find(std::begin(kTrue), std::end(kTrue), *text) != std::end(kTrue)) return true;
    if (std::find(std::begin(kFalse), std::end(kFalse), *text) == std::end(kFalse))
        errors.add(name, "Not a valid boolean.");
    return false;
}

void read_statuses(const Query& query, Asked& asked)
{
    const auto texts = query.all("status");
    auto& statuses = asked.request.filter.statuses;
    for (const auto text : texts)
    {
        const auto status = parse_status(text);
        if (status == NotificationStatus::failed)
            statuses.insert(statuses.end(), kFailedStatuses.begin(), kFailedStatuses.end());
        else if (status)
            statuses.push_back(*status);
    }
    asked.matches_nothing = !texts.empty() && statuses.empty();
}

void read_channels(const Query& query, NotificationFilter& filter, FieldErrors& errors)
{
    for (const auto text : query.all("template_type"))
    {
        if (const auto channel = parse_channel(text))
            filter.channels.push_back(*channel);
        else if (errors.empty())
            errors.add("template_type", "Must be one of: sms, email.");
    }
}

// Arguments that v1 does not know are ignored.
Asked read_query(const Request& request, const Context& context, FieldErrors& errors)
{
    Asked asked;
    const Query& query = request.query;
    read_statuses(query, asked);
    read_channels(query, asked.request.filter, errors);
    asked.request.filter.key_type = request.principal.key->type;
    asked.request.filter.include_jobs = read_boolean(query, "include_jobs", errors);
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

std::string encode(std::string_view text)
{
    return boost::urls::encode(boost::core::string_view(text.data(), text.size()), boost::urls::unreserved_chars);
}

// The same query with another page; of a repeated argument the first.
std::string link(const Query& query, std::int64_t page)
{
    std::string text = fmt::format("/notifications?page={}", page);
    std::vector<std::string_view> seen{"page"};
    for (const auto& [name, value] : query.items())
    {
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
        seen.push_back(name);
        text += fmt::format("&{}={}", encode(name), encode(value));
    }
    return text;
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
