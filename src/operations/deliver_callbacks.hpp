// Tells services what became of their messages: one POST a message, by the rules of the family (contract: delivery
// receipts).
//
// Tried again after no answer, 5xx and 429, a bounded number of times; any other answer ends it. Each try is an event
// of the message. Belongs to one Loop.
//
// Security: the URL is a tenant's. Requests go through HttpClient, which refuses addresses that are not public. Bearer
// tokens and recipients are opened here and go into the request only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "domain/notifications/event.hpp"
#include "domain/notifications/notification.hpp"
#include "operations/group_commit.hpp"
#include "operations/record_batch.hpp"
#include "runtime/http_client.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct CallbackOptions
{
    std::int16_t tries = 5;
    seconds retry_pause{300};
    milliseconds timeout{5000};
    bool allow_private_addresses = false;
    RecordOptions record;

    // Of a claimed task: longer than a try and the record of its result.
    [[nodiscard]] milliseconds lease() const;
};

// A callback to make, as it was claimed: everything is read, nothing opened yet. What is missing was deleted.
struct CallbackTask
{
    ServiceId service_id;
    NotificationId id;
    std::string type;  // delivery_status
    std::int16_t attempt = 1;
    std::int64_t fence = 0;
    std::optional<std::string> url;
    std::string token_sealed;
    bool service_active = false;
    NotificationStatus status = NotificationStatus::created;
    Channel channel = Channel::sms;
    TemplateId template_id;
    std::int32_t template_version = 0;
    std::optional<std::string> reference;
    Instant created_at{};
    std::optional<Instant> sent_at;
    std::optional<Instant> updated_at;
    std::string contents_sealed;  // empty: purged
};

struct CallbackResult
{
    ServiceId service_id;
    NotificationId id;
    std::string type;
    std::int64_t fence = 0;
    std::int16_t attempt = 1;
    EventKind kind = EventKind::callback_gave_up;  // callback_failed: tried again at `retry_at`
    Instant retry_at{};
    std::string detail;  // "status 503": no URL, no header, no body
};

// How much of what may be claimed, fairly over services.
struct CallbackShare
{
    std::size_t most = 64;
    std::size_t per_service = 8;
    std::map<ServiceId, std::size_t> under_way;  // counted against per_service
    ServiceId after;                             // the rotation begins behind it
};

class DeliverCallbacks
{
public:
    DeliverCallbacks(pg::Database& database, HttpClient& http, const KeyRing& keys, const Clock& clock,
                     TaskScope& scope, asio::any_io_executor executor, CallbackOptions options);

    // Callbacks whose time has come, each leased: a worker that dies is followed by another.
    Task<std::vector<CallbackTask>> claim(CallbackShare share, Instant now, Deadline deadline);
    // One try, from claim to recorded result. Throws only when the result could not be recorded: the lease then ends by
    // itself.
    Task<CallbackResult> call(CallbackTask task);

private:
    Result<HttpRequest> make_request(const CallbackTask& task) const;
    CallbackResult judge(const CallbackTask& task, const HttpResponse& response) const;
    // As GroupCommit wants it.
    Task<std::vector<Recorded>> commit(std::vector<const CallbackResult*> results);
    Task<> commit_together(const std::vector<const CallbackResult*>& results, Deadline deadline);

    pg::Database& database_;
    HttpClient& http_;
    const KeyRing& keys_;
    const Clock& clock_;
    const CallbackOptions options_;
    TaskScope& scope_;
    GroupCommit<CallbackResult, Recorded> commits_;
};

}  // namespace herald
