// Tells services what became of their messages and what came in for them: one POST each, by the rules of the family
// (contract: callbacks to services), signed.
//
// Tried again after no answer, 5xx and (but for inbound_sms) 429, a bounded number of times; any other answer ends it.
// An endpoint that fails for long is paused: until a probe succeeds nothing is tried, used up or given up, and then its
// calls are few at first. Each try is in the log of attempts; of a delivery_status, an event of the message, too.
// Belongs to one Loop.
//
// Security: the URL is a tenant's. It is checked by outbound_url.hpp, and requests go through HttpClient, which refuses
// addresses that are not public and follows no redirect; of the answer, a bounded part is read and thrown away. Tokens
// and recipients are opened here and go into the request only.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "operations/callback_payload.hpp"
#include "operations/group_commit.hpp"
#include "operations/record_batch.hpp"
#include "runtime/http_client.hpp"
#include "runtime/outbound_url.hpp"
#include "storage/callback_secrets.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct CallbackOptions
{
    std::int16_t tries = 5;
    seconds retry_pause{300};
    milliseconds timeout{5000};
    milliseconds inbound_timeout{60000};
    OutboundRule allowed;

    // An endpoint that failed so often in a row is called one at a time ...
    std::int32_t failures_to_slow = 3;
    // ... and is paused when it failed so often, or at the last try of a callback, and for so long.
    std::int32_t failures_to_pause = 10;
    seconds pause_after{60};
    // Between probes: the first, then twice as long each time, up to the longest.
    seconds first_probe{30};
    seconds longest_probe{900};
    // After a pause one call at once, and one more after each of these.
    seconds resume_step{15};
    RecordOptions record;

    // Of a claimed task: longer than a try and the record of its result.
    [[nodiscard]] milliseconds lease() const;
};

// Whom a worker calls: each is slow, or fails, for itself.
struct CallbackEndpoint
{
    ServiceId service;
    CallbackType type = CallbackType::delivery_status;

    // As the claim's rotation goes.
    friend std::strong_ordering operator<=>(const CallbackEndpoint& left, const CallbackEndpoint& right)
    {
        if (const auto order = left.service <=> right.service; order != 0) return order;
        return to_string(left.type) <=> to_string(right.type);
    }
    friend bool operator==(const CallbackEndpoint&, const CallbackEndpoint&) = default;
};

// What a call is told to the database as. Numbers: record_callbacks.sql.
enum class CallbackAnswer : std::int16_t
{
    taken = 1,
    failed = 2,
    refused = 3,
    nothing_to_tell = 4,
    not_ready = 5,  // by our own fault: a key is missing
};

struct CallbackResult
{
    ServiceId service_id;
    CallbackType type = CallbackType::delivery_status;
    Uuid subject_id;
    std::optional<NotificationId> notification_id;
    std::int64_t fence = 0;
    std::int16_t attempt = 1;
    bool is_probe = false;
    CallbackAnswer answer = CallbackAnswer::nothing_to_tell;
    std::int16_t status = 0;  // of HTTP; 0: no answer
    milliseconds took{0};
    std::string detail;  // "status 503": no URL, no header, no body
};

// How much of what may be claimed, fairly over endpoints.
struct CallbackShare
{
    std::size_t most = 256;
    std::size_t per_endpoint = 8;
    std::map<CallbackEndpoint, std::size_t> under_way;  // counted against per_endpoint
    CallbackEndpoint after;                             // the rotation begins behind it
};

class DeliverCallbacks
{
public:
    DeliverCallbacks(pg::Database& database, HttpClient& http, const KeyRing& keys, const Clock& clock,
                     TaskScope& scope, asio::any_io_executor executor, CallbackOptions options);

    // Callbacks whose time has come, each leased: a worker that dies is followed by another.
    Task<std::vector<CallbackTask>> claim(CallbackShare share, Deadline deadline);
    // One try, from claim to recorded result. nullopt: the lease was lost meanwhile, and the result is somebody else's
    // to tell. Throws only when the result could not be recorded: the lease then ends by itself.
    Task<std::optional<CallbackOutcome>> call(CallbackTask task);

private:
    struct Record
    {
        Recorded recorded = Recorded::refused;
        std::optional<CallbackOutcome> outcome;
    };

    Result<HttpRequest> make_request(const CallbackTask& task) const;
    CallbackResult judge(const CallbackTask& task, const HttpResponse& response) const;
    // As GroupCommit wants it.
    Task<std::vector<Record>> commit(std::vector<const CallbackResult*> results);
    Task<> commit_together(const std::vector<const CallbackResult*>& results, std::vector<Record>& records,
                           Deadline deadline);
    pg::Params record_params(const std::vector<const CallbackResult*>& results) const;

    pg::Database& database_;
    HttpClient& http_;
    const KeyRing& keys_;
    const Clock& clock_;
    const CallbackOptions options_;
    TaskScope& scope_;
    GroupCommit<CallbackResult, Record> commits_;
};

}  // namespace herald
