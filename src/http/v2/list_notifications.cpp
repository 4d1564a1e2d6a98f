// GET /v2/notifications: one page, newest first, by keyset on the id. A page of large emails has fewer rows; its `next`
// goes on behind the last of them.

#include <algorithm>

#include <fmt/format.h>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "http/rows_text.hpp"
#include "http/v2/handlers.hpp"
#include "http/v2/notification_json.hpp"
#include "http/v2/schema.hpp"
#include "runtime/loop_turn.hpp"

namespace herald::http::v2
{

namespace
{

constexpr std::int32_t kPageSize = 250;

// In the order in which the family's message names them.
constexpr std::string_view kStatusNames =
    "cancelled, created, sending, sent, delivered, pending, failed, technical-failure, temporary-failure, "
    "permanent-failure, pending-virus-check, validation-failed, virus-scan-failed";

void read_statuses(QueryCheck& check, NotificationFilter& filter)
{
    for (const auto text : check.all("status"))
    {
        const auto status = parse_status(text);
        if (!status)
            check.report(fmt::format("status {} is not one of [{}]", text, kStatusNames));
        else if (*status == NotificationStatus::failed)
            filter.statuses.insert(filter.statuses.end(), kFailedStatuses.begin(), kFailedStatuses.end());
        else
            filter.statuses.push_back(*status);
    }
}

void read_channels(QueryCheck& check, NotificationFilter& filter)
{
    for (const auto text : check.all("template_type"))
    {
        if (const auto channel = parse_channel(text))
            filter.channels.push_back(*channel);
        else
            check.report(fmt::format("template_type {} is not one of [sms, email]", text));
    }
}

Result<NotificationFilter> read_filter(const Query& query, KeyType key_type)
{
    QueryCheck check(query);
    NotificationFilter filter;
    filter.key_type = key_type;
    if (const auto text = check.first("reference")) filter.reference = std::string(*text);
    read_statuses(check, filter);
    read_channels(check, filter);
    if (const auto text = check.first("include_jobs"))
    {
        filter.include_jobs = *text == "true" || *text == "True";
        if (!filter.include_jobs) check.report(fmt::format("include_jobs {} is not one of [true, True]", *text));
    }
    if (const auto text = check.first("older_than"))
    {
        filter.older_than = NotificationId::parse(*text);
        if (!filter.older_than) check.report(not_a_uuid("older_than").message);
    }
    if (auto valid = check.result(); !valid) return Failure(valid.error());
    return filter;
}

std::string encode(std::string_view text)
{
    return boost::urls::encode(boost::core::string_view(text.data(), text.size()), boost::urls::unreserved_chars);
}

// The arguments that counted, in the order of their first appearance, values of one name together.
std::vector<Query::Item> effective(const Query& query)
{
    std::vector<Query::Item> kept;
    for (const auto& [name, value] : query.items())
    {
        const auto same = [&name](const Query::Item& item)
        {
            return item.first == name;
        };
        const auto last = std::find_if(kept.rbegin(), kept.rend(), same);
        const bool may_repeat = name == "status" || name == "template_type";
        if (last == kept.rend())
            kept.emplace_back(name, value);
        else if (may_repeat)
            kept.emplace(last.base(), name, value);
    }
    return kept;
}

// The same query again, with older_than replaced when it is given.
std::string link(const Request& request, const std::optional<std::string>& older_than)
{
    auto arguments = effective(request.query);
    if (older_than)
    {
        const auto place = std::find_if(arguments.begin(), arguments.end(),
                                        [](const Query::Item& item) { return item.first == "older_than"; });
        if (place == arguments.end())
            arguments.emplace_back("older_than", *older_than);
        else
            place->second = *older_than;
    }
    std::string text = request.base_url + "v2/notifications";
    for (const auto& [name, value] : arguments)
        text += fmt::format("{}{}={}", &name == &arguments.front().first ? "?" : "&", name, encode(value));
    return text;
}

}  // namespace

Task<Response> list_notifications(Request& request, Context& context)
{
    auto filter = read_filter(request.query, request.principal.key->type);
    if (!filter) co_return error_response(filter.error(), ErrorShape::v2);
    const Service& owner = request.principal.service->service();
    const ServiceId service = owner.id;
    const LocalDate today = context.zone.date_of(context.clock.now());
    filter->not_before = oldest_shown(owner, context.zone, today);
    auto rows = co_await context.notifications.list(service, std::move(*filter), today, kPageSize, kMostPageBytes,
                                                    request.deadline);

    json::object links{{"current", link(request, std::nullopt)}};
    RowsText shown(kMostPageBytes);
    LoopTurn turn;
    for (auto& row : rows)
    {
        const NotificationId id = row.id;
        auto one = co_await notification_json(std::move(row), service, request.base_url, context, request.deadline);
        if (!one) co_return error_response(one.error(), ErrorShape::v2);
        if (!shown.add(*one)) break;
        links["next"] = link(request, id.to_string());
        co_await turn.pass_if_over();
    }
    const json::object page{{"notifications", json::array()}, {"links", std::move(links)}};
    co_return json_text_response(200, std::move(shown).in(page, "notifications"));
}

}  // namespace herald::http::v2
