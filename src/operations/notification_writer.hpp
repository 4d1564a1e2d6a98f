// Writes accepted messages: group commit of facts, sealed contents, queue rows, events, ledger and the daily limit, one
// transaction a batch. Belongs to the Loop of its Database.
//
// The daily limit is exact over any number of processes: usage is raised in the same transaction, which admits as many
// of a batch as there is room for. A batch with a row that the database cannot take is tried again in halves, so that
// only that row fails.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/notifications/lane.hpp"
#include "domain/notifications/notification.hpp"
#include "domain/services/service.hpp"
#include "operations/group_commit.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct IdempotentAnswer
{
    std::string key;
    Uuid holder;
    std::string response_sealed;
};

struct NewNotification
{
    NotificationId id;
    ServiceId service_id;
    TemplateId template_id;
    std::int32_t template_version = 0;
    std::optional<ApiKeyId> api_key_id;
    std::optional<UserId> created_by_id;
    std::optional<JobId> job_id;
    std::optional<std::int32_t> job_row_number;
    std::optional<Instant> scheduled_for;  // empty: now
    bool is_held = false;                  // of a slowed job: it waits in queue_held
    KeyType key_type = KeyType::normal;
    Channel channel = Channel::sms;
    Lane lane = Lane::normal;
    std::int16_t billable_units = 0;
    bool international = false;
    std::optional<std::string> phone_prefix;
    std::optional<std::string> client_reference;
    Instant created_at{};
    LocalDate local_date{};
    LocalDate purge_on{};
    std::string sealed;
    std::int64_t message_limit = 0;
    bool counts = true;  // towards the daily limit; test keys do not
    // KeyRing::search_hash of the normalised recipient, by which suppressions are found. Empty: not looked for.
    std::optional<std::string> recipient_hash;
    std::optional<IdempotentAnswer> idempotency;

    // About what it takes in the statement that writes it.
    [[nodiscard]] std::size_t bytes() const;
};

enum class WriteOutcome
{
    written = 0,  // also when its recipient is suppressed: then it is over already, and nobody is woken
    over_daily_limit = 1,
    lost_idempotency_key = 2,  // another request took the key over: this one must not answer
    refused_by_database = 3,   // this row alone cannot be written; its neighbours were
};

// The parameters of accept_notifications: the one statement by which messages come to be.
pg::Params accept_params(const std::vector<const NewNotification*>& batch);
void count_suppressed(const std::string& reason);

class NotificationWriter
{
public:
    // Called with the lane and service of what was just committed: wakes workers of this process. May be called from
    // this loop only.
    using Written = std::function<void(Lane, ServiceId)>;

    NotificationWriter(pg::Database& database, TaskScope& scope, asio::any_io_executor executor,
                       GroupCommitOptions options, Written written);

    [[nodiscard]] bool is_full() const { return commits_.is_full(); }
    // Returns after the commit. Throws pg::Unavailable, DeadlineExceeded, or pg::SqlError when the database takes no
    // rows at all. What has not begun to be written by `deadline` never is: its client is told that it failed.
    Task<WriteOutcome> write(NewNotification notification, Deadline deadline)
    {
        return commits_.submit(std::move(notification), deadline);
    }
    // The database has said so of this day and this limit in the last seconds. It need not stay so: a job gives back
    // what it did not use. False while it is not known.
    [[nodiscard]] bool has_reached_daily_limit(const Service& service, Instant now) const;

private:
    using Batch = std::vector<const NewNotification*>;

    // As GroupCommit wants it.
    Task<std::vector<WriteOutcome>> commit(Batch batch);
    void note_full(const NewNotification& row);

    pg::Database& database_;
    Written written_;
    struct FullLimit
    {
        std::int64_t limit = 0;
        Instant believed_until{};
    };
    // Services whose limit for full_day_ was used up.
    LocalDate full_day_{};
    std::unordered_map<ServiceId, FullLimit, UuidHash> full_;
    GroupCommit<NewNotification, WriteOutcome> commits_;
};

}  // namespace herald
