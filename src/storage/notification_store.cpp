#include "storage/notification_store.hpp"

#include <algorithm>
#include <limits>

#include "sql/queries.hpp"
#include "storage/read_as_tenant.hpp"

namespace herald
{

NotificationRow read_notification(const pg::Rows& rows, std::size_t i)
{
    NotificationRow row;
    row.id = NotificationId{rows.get<Uuid>(i, "id")};
    row.template_id = TemplateId{rows.get<Uuid>(i, "template_id")};
    row.template_version = rows.get<std::int32_t>(i, "template_version");
    row.key_type = static_cast<KeyType>(rows.get<std::int16_t>(i, "key_type"));
    row.channel = static_cast<Channel>(rows.get<std::int16_t>(i, "channel"));
    row.status = static_cast<NotificationStatus>(rows.get<std::int16_t>(i, "status"));
    row.billable_units = rows.get<std::int16_t>(i, "billable_units");
    row.international = rows.get<bool>(i, "international");
    row.created_at = rows.get<Instant>(i, "created_at");
    row.sent_at = rows.get<std::optional<Instant>>(i, "sent_at");
    row.updated_at = rows.get<std::optional<Instant>>(i, "updated_at");
    row.scheduled_for = rows.get<std::optional<Instant>>(i, "scheduled_for");
    row.client_reference = rows.get<std::optional<std::string>>(i, "client_reference");
    row.provider_response = rows.get<std::optional<std::string>>(i, "provider_response");
    row.created_by_name = rows.get<std::optional<std::string>>(i, "created_by_name");
    row.provider_reference = rows.get<std::optional<std::string>>(i, "provider_reference");
    row.sent_by = rows.get<std::optional<std::string>>(i, "sent_by");
    row.api_key_id = rows.get<std::optional<Uuid>>(i, "api_key_id");
    row.job_id = rows.get<std::optional<Uuid>>(i, "job_id");
    row.job_row_number = rows.get<std::optional<std::int32_t>>(i, "job_row_number");
    row.sealed = rows.get<std::optional<pg::Bytes>>(i, "sealed").value_or(pg::Bytes()).value;
    return row;
}

namespace
{

QueuePlace read_place(const pg::Rows& rows)
{
    QueuePlace place;
    place.ready_lane = rows.get<std::optional<std::int16_t>>(0, "ready_lane");
    place.lease_until = rows.get<std::optional<Instant>>(0, "lease_until");
    place.retry_at = rows.get<std::optional<Instant>>(0, "retry_at");
    place.look_up_at = rows.get<std::optional<Instant>>(0, "look_up_at");
    place.attempt = rows.get<std::optional<std::int16_t>>(0, "attempt");
    place.callback_at = rows.get<std::optional<Instant>>(0, "callback_at");
    place.callback_attempt = rows.get<std::optional<std::int16_t>>(0, "callback_attempt");
    return place;
}

NotificationFacts read_facts(const pg::Rows& rows, NotificationId id)
{
    NotificationFacts facts;
    facts.id = id;
    facts.service_id = ServiceId{rows.get<Uuid>(0, "service_id")};
    facts.service_name = rows.get<std::string>(0, "service_name");
    facts.template_id = TemplateId{rows.get<Uuid>(0, "template_id")};
    facts.template_version = rows.get<std::int32_t>(0, "template_version");
    facts.template_name = rows.get<std::optional<std::string>>(0, "template_name").value_or("");
    facts.api_key_name = rows.get<std::optional<std::string>>(0, "api_key_name").value_or("");
    facts.key_type = static_cast<KeyType>(rows.get<std::int16_t>(0, "key_type"));
    facts.channel = static_cast<Channel>(rows.get<std::int16_t>(0, "channel"));
    facts.status = static_cast<NotificationStatus>(rows.get<std::int16_t>(0, "status"));
    facts.billable_units = rows.get<std::int16_t>(0, "billable_units");
    facts.international = rows.get<bool>(0, "international");
    facts.created_at = rows.get<Instant>(0, "created_at");
    facts.sent_at = rows.get<std::optional<Instant>>(0, "sent_at");
    facts.updated_at = rows.get<std::optional<Instant>>(0, "updated_at");
    facts.purge_on = rows.get<LocalDate>(0, "purge_on");
    facts.sent_by = rows.get<std::optional<std::string>>(0, "sent_by");
    facts.client_reference = rows.get<std::optional<std::string>>(0, "client_reference");
    facts.provider_reference = rows.get<std::optional<std::string>>(0, "provider_reference");
    facts.provider_response = rows.get<std::optional<std::string>>(0, "provider_response");
    facts.place = read_place(rows);
    return facts;
}

template <class Enum>
std::optional<std::vector<std::int16_t>> numbers(const std::vector<Enum>& values)
{
    if (values.empty()) return std::nullopt;
    std::vector<std::int16_t> all;
    for (const Enum value : values) all.push_back(static_cast<std::int16_t>(value));
    return all;
}

}  // namespace

Instant oldest_shown(const Service& service, const TimeZone& zone, LocalDate today)
{
    // A day of slack: an id is made a moment before its row's time, and this is a bound, not the rule (purge_on is).
    const int days = std::max(service.retention_days_email, service.retention_days_sms) + 1;
    return zone.start_of(add_days(today, -days));
}

Task<pg::Rows> NotificationStore::read_as_tenant(ServiceId service, pg::Statement statement, pg::Params params,
                                                 Deadline deadline)
{
    return herald::read_as_tenant(database_, service, statement, std::move(params), deadline);
}

Task<std::optional<NotificationRow>> NotificationStore::find(ServiceId service, NotificationId id, LocalDate today,
                                                             Deadline deadline)
{
    const auto rows =
        co_await read_as_tenant(service, sql::get_notification, pg::Params::of(service, id, today), deadline);
    if (rows.empty()) co_return std::nullopt;
    co_return read_notification(rows, 0);
}

Task<std::vector<NotificationRow>> NotificationStore::list(ServiceId service, NotificationFilter filter,
                                                           LocalDate today, std::int32_t page_size,
                                                           std::int64_t max_bytes, Deadline deadline)
{
    std::optional<Uuid> older_than;
    if (filter.older_than) older_than = filter.older_than->value;
    auto params = pg::Params::of(service, static_cast<std::int16_t>(filter.key_type), older_than, filter.reference,
                                 numbers(filter.statuses), numbers(filter.channels), filter.include_jobs, today,
                                 page_size, uuid_v7_floor(filter.not_before), max_bytes);
    const auto rows = co_await read_as_tenant(service, sql::list_notifications, std::move(params), deadline);
    std::vector<NotificationRow> found;
    found.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(read_notification(rows, i));
    co_return found;
}

Task<NumberedPage> NotificationStore::page(Service owner, NumberedPageRequest asked, LocalDate today, Deadline deadline)
{
    const auto& filter = asked.filter;
    auto params = pg::Params::of(owner.id, static_cast<std::int16_t>(filter.key_type), uuid_v7_floor(filter.not_before),
                                 numbers(filter.statuses), numbers(filter.channels), filter.include_jobs, today);
    auto counting = params;
    counting.add(kCountedExactly + 1);
    // A page so far out that its offset does not fit is as empty as any beyond the end.
    const std::int64_t skipped =
        std::min(asked.page - 1, std::numeric_limits<std::int64_t>::max() / asked.page_size) * asked.page_size;
    params.add(skipped);
    params.add(asked.page_size + 1);
    params.add(asked.max_bytes);
    const auto rows = co_await read_as_tenant(owner.id, sql::list_notifications_by_page, std::move(params), deadline);
    NumberedPage page;
    page.is_too_large = !rows.empty() && rows.get<std::int64_t>(0, "page_bytes") > asked.max_bytes;
    if (page.is_too_large) co_return page;
    const auto counted =
        co_await read_as_tenant(owner.id, sql::count_notifications_up_to, std::move(counting), deadline);

    const auto size = static_cast<std::size_t>(asked.page_size);
    page.has_more = rows.size() > size;
    for (std::size_t i = 0; i < std::min(rows.size(), size); ++i) page.rows.push_back(read_notification(rows, i));
    page.total = counted.get<std::int64_t>(0, "total");
    if (counted.get<std::int64_t>(0, "examined") > kCountedExactly)
    {
        const auto told = co_await count_beyond(std::move(owner), asked, today, deadline);
        const auto seen = skipped + static_cast<std::int64_t>(rows.size());
        page.total = std::max({page.total, told, rows.empty() ? 0 : seen});
    }
    co_return page;
}

Task<std::int64_t> NotificationStore::count_beyond(Service owner, NumberedPageRequest asked, LocalDate today,
                                                   Deadline deadline)
{
    const LocalDate asked_from = utc_date(asked.filter.not_before);
    const auto first_day = [&](int retention_days)
    {
        return std::max(add_days(today, -retention_days), asked_from);
    };
    auto params = pg::Params::of(owner.id, static_cast<std::int16_t>(asked.filter.key_type),
                                 numbers(asked.filter.statuses), numbers(asked.filter.channels),
                                 first_day(owner.retention_days_email), first_day(owner.retention_days_sms));
    const auto rows = co_await database_.execute(sql::sum_notifications_in_ledger, std::move(params), deadline);
    co_return rows.get<std::int64_t>(0, "total");
}

Task<std::vector<NotificationLabel>> NotificationStore::labels(std::vector<std::pair<ServiceId, NotificationId>> wanted,
                                                               Deadline deadline)
{
    std::vector<Uuid> services;
    std::vector<Uuid> ids;
    for (const auto& [service, id] : wanted)
    {
        services.push_back(service.value);
        ids.push_back(id.value);
    }
    auto params = pg::Params::of(services, ids);
    const auto rows = co_await database_.execute(sql::list_notification_labels, std::move(params), deadline);
    std::vector<NotificationLabel> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({NotificationId{rows.get<Uuid>(i, "id")}, rows.get<std::string>(i, "service"),
                         rows.get<std::string>(i, "template_name"), rows.get<std::int32_t>(i, "template_version")});
    co_return found;
}

Task<std::vector<ReceivedText>> NotificationStore::list_received(ServiceId service,
                                                                 std::optional<InboundSmsId> older_than,
                                                                 LocalDate today, std::int32_t page_size,
                                                                 Deadline deadline)
{
    std::optional<Uuid> before;
    if (older_than) before = older_than->value;
    auto params = pg::Params::of(service, before, today, page_size);
    const auto rows = co_await read_as_tenant(service, sql::list_inbound_sms, std::move(params), deadline);
    std::vector<ReceivedText> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({InboundSmsId{rows.get<Uuid>(i, "id")}, rows.get<std::string>(i, "notify_number"),
                         rows.get<pg::Bytes>(i, "sealed").value, rows.get<Instant>(i, "created_at")});
    co_return found;
}

Task<std::optional<NotificationFacts>> NotificationStore::facts(NotificationId id, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::explain_notification, pg::Params::of(id), deadline);
    if (rows.empty()) co_return std::nullopt;
    co_return read_facts(rows, id);
}

Task<std::vector<NotificationEvent>> NotificationStore::events(ServiceId service, NotificationId id, Deadline deadline)
{
    // The id tells the time of acceptance; a day before allows for clocks that disagree.
    auto params = pg::Params::of(service, id, uuid_v7_time(id.value) - std::chrono::hours(24));
    const auto rows = co_await database_.execute(sql::list_notification_events, std::move(params), deadline);
    std::vector<NotificationEvent> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        NotificationEvent event;
        event.at = rows.get<Instant>(i, "at");
        event.kind = static_cast<EventKind>(rows.get<std::int16_t>(i, "kind"));
        if (const auto status = rows.get<std::optional<std::int16_t>>(i, "status"))
            event.status = static_cast<NotificationStatus>(*status);
        event.attempt = rows.get<std::optional<std::int16_t>>(i, "attempt");
        event.provider = rows.get<std::optional<std::string>>(i, "provider").value_or("");
        event.detail = rows.get<std::optional<std::string>>(i, "detail").value_or("");
        found.push_back(std::move(event));
    }
    co_return found;
}

}  // namespace herald
