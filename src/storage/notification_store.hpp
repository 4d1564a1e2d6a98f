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
    std::optional<std::string> client_reference;
    std::optional<std::string> provider_response;
    std::optional<std::string> created_by_name;
    std::string sealed;
};

struct NotificationFilter
{
    KeyType key_type = KeyType::normal;
    std::optional<NotificationId> older_than;
    std::optional<std::string> reference;
    std::vector<NotificationStatus> statuses;  // empty: all
    std::vector<Channel> channels;             // empty: all
    bool include_jobs = false;
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
    // Newest first, at most `page_size`.
    Task<std::vector<NotificationRow>> list(ServiceId service, NotificationFilter filter, LocalDate today,
                                            std::int32_t page_size, Deadline deadline);
    Task<std::vector<ReceivedText>> list_received(ServiceId service, std::optional<InboundSmsId> older_than,
                                                  LocalDate today, std::int32_t page_size, Deadline deadline);
    // The whole story, oldest first. Across services: for operators.
    Task<std::vector<NotificationEvent>> events(NotificationId id, Deadline deadline);

private:
    Task<pg::Rows> read_as_tenant(ServiceId service, pg::Statement statement, pg::Params params, Deadline deadline);

    pg::Database& database_;
};

}  // namespace herald
