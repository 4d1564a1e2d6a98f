// Notifications as the API reads them. Belongs to the Loop of its Database. Every read runs behind the second wall
// between tenants: as the database role herald_tenant, which sees the rows of the named service only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/event.hpp"
#include "domain/notifications/notification.hpp"
#include "domain/services/service.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

// Facts and the sealed contents of one message.
struct NotificationRow
{
    NotificationId id;
    TemplateId template_id;
    std::int32_t template_version = 0;
    KeyType key_type = KeyType::normal;
    Channel channel = Channel::sms;
    NotificationStatus status = NotificationStatus::created;
    std::int16_t billable_units = 0;
    bool international = false;
    Instant created_at{};
    std::optional<Instant> sent_at;
    std::optional<Instant> updated_at;
    std::optional<Instant> scheduled_for;
    std::optional<std::string> client_reference;
    std::optional<std::string> provider_response;
    std::optional<std::string> created_by_name;
    std::optional<std::string> provider_reference;
    std::optional<std::string> sent_by;
    std::optional<Uuid> api_key_id;
    std::optional<Uuid> job_id;
    std::optional<std::int32_t> job_row_number;
    std::string sealed;
};

// Of a statement that gives these columns.
NotificationRow read_notification(const pg::Rows& rows, std::size_t i);

struct NotificationFilter
{
    KeyType key_type = KeyType::normal;
    std::optional<NotificationId> older_than;
    std::optional<std::string> reference;
    std::vector<NotificationStatus> statuses;  // empty: all
    std::vector<Channel> channels;             // empty: all
    bool include_jobs = false;
    Instant not_before{};  // at least oldest_shown(): it bounds what is read to fill a page
};

// Before this instant no message of the service is shown any more: its retention has passed. A service that shortens
// its retention takes what is older out of its lists at once.
Instant oldest_shown(const Service& service, const TimeZone& zone, LocalDate today);

// A page by its number, as v1 has it.
struct NumberedPageRequest
{
    NotificationFilter filter;  // older_than and reference are not used
    std::int64_t page = 1;
    std::int32_t page_size = 250;
    std::int64_t max_bytes = 16'000'000;  // of contents
};

struct NumberedPage
{
    std::vector<NotificationRow> rows;
    bool is_too_large = false;  // the contents are more than max_bytes: the rest is not told
    bool has_more = false;      // exact, at any depth
    std::int64_t total = 0;     // exact up to kCountedExactly; beyond, see NotificationStore::page
};

// Which service and template a message came from.
struct NotificationLabel
{
    NotificationId id;
    std::string service;
    std::string template_name;
    std::int32_t template_version = 0;
};

struct NotificationEvent
{
    Instant at{};
    EventKind kind = EventKind::accepted;
    std::optional<NotificationStatus> status;
    std::optional<std::int16_t> attempt;
    std::string provider;
    std::string detail;
};

// Where a message is in the queue; all empty once its fate is known.
struct QueuePlace
{
    std::optional<std::int16_t> ready_lane;  // waits to be claimed
    std::optional<Instant> lease_until;      // a worker has it
    std::optional<Instant> retry_at;         // waits for its next attempt
    std::optional<Instant> look_up_at;       // waits for a receipt; then the provider is asked
    std::optional<std::int16_t> attempt;     // the attempt that comes next, or runs
    std::optional<Instant> callback_at;      // the service is to be told
    std::optional<std::int16_t> callback_attempt;
};

// One message as its operator sees it. No recipient, no content.
struct NotificationFacts
{
    NotificationId id;
    ServiceId service_id;
    std::string service_name;
    TemplateId template_id;
    std::int32_t template_version = 0;
    std::string template_name;
    std::string api_key_name;  // empty: not sent by API
    KeyType key_type = KeyType::normal;
    Channel channel = Channel::sms;
    NotificationStatus status = NotificationStatus::created;
    std::int16_t billable_units = 0;
    bool international = false;
    Instant created_at{};
    std::optional<Instant> sent_at;
    std::optional<Instant> updated_at;
    LocalDate purge_on{};  // its personal data is gone from then on
    std::optional<std::string> sent_by;
    std::optional<std::string> client_reference;
    std::optional<std::string> provider_reference;
    std::optional<std::string> provider_response;
    QueuePlace place;
};

struct ReceivedText
{
    InboundSmsId id;
    std::string notify_number;
    std::string sealed;
    Instant created_at{};
};

class NotificationStore
{
public:
    explicit NotificationStore(pg::Database& database) : database_(database) {}

    // nullopt: unknown, another service's, or past its purge date. `today`: the local date.
    Task<std::optional<NotificationRow>> find(ServiceId service, NotificationId id, LocalDate today, Deadline deadline);
    // Newest first, at most `page_size`, and none after the one whose contents reach `max_bytes`.
    Task<std::vector<NotificationRow>> list(ServiceId service, NotificationFilter filter, LocalDate today,
                                            std::int32_t page_size, std::int64_t max_bytes, Deadline deadline);
    // v1's answer holds a total and a link to the last page, so this one counts, at a bounded price: the service's
    // newest rows, up to kCountedExactly of them. Should there be more, the ledger tells how many. Its figure includes
    // messages of jobs and goes by whole days, so it may be a little high; it is never less than what was seen.
    static constexpr std::int64_t kCountedExactly = 10'000;
    Task<NumberedPage> page(Service owner, NumberedPageRequest asked, LocalDate today, Deadline deadline);
    // Those that are found, in any order. Across services: for the developer's mailbox.
    Task<std::vector<NotificationLabel>> labels(std::vector<std::pair<ServiceId, NotificationId>> wanted,
                                                Deadline deadline);
    Task<std::vector<ReceivedText>> list_received(ServiceId service, std::optional<InboundSmsId> older_than,
                                                  LocalDate today, std::int32_t page_size, Deadline deadline);
    // Across services, past its purge date as well: for operators. nullopt: unknown.
    Task<std::optional<NotificationFacts>> facts(NotificationId id, Deadline deadline);
    // The whole story, oldest first.
    Task<std::vector<NotificationEvent>> events(ServiceId service, NotificationId id, Deadline deadline);

private:
    Task<std::int64_t> count_beyond(Service owner, NumberedPageRequest asked, LocalDate today, Deadline deadline);
    Task<pg::Rows> read_as_tenant(ServiceId service, pg::Statement statement, pg::Params params, Deadline deadline);

    pg::Database& database_;
};

}  // namespace herald
