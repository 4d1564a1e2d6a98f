// GET /v2/notifications: one page, newest first, by keyset on the id.

#include <algorithm>

#include <fmt/format.h>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "http/v2/handlers.hpp"
#include "http/v2/notification_json.hpp"

namespace herald::http
{

namespace
{

constexpr std::int32_t kPageSize = 250;
constexpr std::string_view kArguments[] = {"reference", "status", "template_type", "include_jobs", "older_than"};

Result<void> read_statuses(const Query& query, NotificationFilter& filter)
{
    std::string allowed;
    for (const auto status : kAllStatuses) allowed += (allowed.empty() ? "" : ", ") + std::string(to_string(status));
    for (const auto text : query.all("status"))
    {
        const auto status = parse_status(text);
        if (!status) return fail(ErrorKind::validation, fmt::format("status {} is not one of [{}]", text, allowed));
        if (*status == NotificationStatus::failed)
            filter.statuses.insert(filter.statuses.end(), kFailedStatuses.begin(), kFailedStatuses.end());
        else
            filter.statuses.push_back(*status);
    }
    return {};
}

Result<NotificationFilter> read_filter(const Query& query, KeyType key_type)
{
    NotificationFilter filter;
    filter.key_type = key_type;
    if (auto read = read_statuses(query, filter); !read) return Failure(read.error());
    for (const auto text : query.all("template_type"))
    {
        const auto channel = parse_channel(text);
        if (!channel)
            return fail(ErrorKind::validation, fmt::format("template_type {} is not one of [sms, email]", text));
        filter.channels.push_back(*channel);
    }
    if (const auto text = query.first("include_jobs"))
    {
        if (*text != "true" && *text != "True")
            return fail(ErrorKind::validation, fmt::format("include_jobs {} is not one of [true, True]", *text));
        filter.include_jobs = true;
    }
    if (const auto text = query.first("older_than"))
    {
        filter.older_than = NotificationId::parse(*text);
        if (!filter.older_than) return Failure(not_a_uuid("older_than"));
    }
    if (const auto text = query.first("reference")) filter.reference = std::string(*text);
    for (const auto& [name, value] : query.items())
    {
        if (std::find(std::begin(kArguments), std::end(kArguments), name) == std::end(kArguments))
            return fail(ErrorKind::validation,
                        fmt::format("Additional properties are not allowed ({} was unexpected)", name));
    }
    return filter;
}

std::string encode(std::string_view text)
{
    return boost::urls::encode(boost::core::string_view(text.data(), text.size()), boost::urls::unreserved_chars);
}

// The same query again, with older_than replaced when it is given.
std::string link(const Request& request, const std::optional<std::string>& older_than)
{
    std::string arguments;
    const auto add = [&](std::string_view name, std::string_view value)
    {
        arguments += fmt::format("{}{}={}", arguments.empty() ? "?" : "&", name, encode(value));
    };
    for (const auto& [name, value] : request.query.items())
    {
        if (name == "older_than" && older_than) continue;
        add(name, value);
    }
    if (older_than) add("older_than", *older_than);
    return request.base_url + "v2/notifications" + arguments;
}

}  // namespace

Task<Response> list_notifications(Request& request, Context& context)
{
    auto filter = read_filter(request.query, request.principal.key->type);
    if (!filter) co_return error_response(filter.error(), ErrorShape::v2);
    const ServiceId service = request.principal.service->service().id;
    const LocalDate today = context.zone.date_of(context.clock.now());
    auto rows = co_await context.notifications.list(service, std::move(*filter), today, kPageSize, request.deadline);

    json::object links{{"current", link(request, std::nullopt)}};
    if (!rows.empty()) links["next"] = link(request, rows.back().id.to_string());
    json::array shown;
    for (auto& row : rows)
    {
        auto one = co_await notification_json(std::move(row), service, request.base_url, context, request.deadline);
        if (!one) co_return error_response(one.error(), ErrorShape::v2);
        shown.push_back(std::move(*one));
    }
    const json::object page{{"notifications", std::move(shown)}, {"links", std::move(links)}};
    co_return json_response(200, page);
}

}  // namespace herald::http
