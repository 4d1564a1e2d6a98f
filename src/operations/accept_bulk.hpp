// Takes a list over the public API and makes a job of it (POST /v2/notifications/bulk of cds-snc/notification-api):
// every row is checked first, and only a list without faults is put into the object store and added. Belongs to one
// Loop; what reads a list runs on the pool.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "operations/draft_notification.hpp"
#include "operations/idempotency.hpp"
#include "operations/rate_limiter.hpp"
#include "operations/upload_job.hpp"

namespace herald
{

// Well-formed by the request's schema, nothing else checked yet.
struct BulkRequest
{
    TemplateId template_id;
    std::string name;  // as people know the list
    std::optional<Uuid> reply_to_id;
    std::optional<Instant> scheduled_for;
    Result<std::string> csv;  // an Error is told in its place in the order of checks
    std::optional<std::string> idempotency_key;
    std::string digest;  // of the body: what an Idempotency-Key is bound to
};

class AcceptBulk
{
public:
    static constexpr std::size_t kMaxRows = 100'000;

    // All of them must outlive it.
    struct Parts
    {
        ServiceDirectory& directory;
        RateLimiter& limiter;
        IdempotencyKeys& idempotency;
        pg::Database& database;
        ObjectStore& uploads;
        CpuPool& pool;
        const Clock& clock;
        const AcceptOptions& options;
    };
    explicit AcceptBulk(Parts parts) : with_(parts) {}

    // The job as the answer's text, made by `serialise`; `rate` tells what to put into the RateLimit headers, also for
    // an Error.
    //
    // In the order of the family: template, permission, rate, sender, list. Errors are those of the contract and of
    // judge_bulk_list. With an Idempotency-Key the job's id follows from the key and the body, so that not even a crash
    // between the job and its answer makes two of one. Throws CpuPoolFull.
    using Serialise = std::function<std::string(const Job&)>;
    Task<Result<std::string>> accept(ServicePtr service, ApiKey key, BulkRequest request, Serialise serialise,
                                     RateDecision& rate, Deadline deadline);

    [[nodiscard]] CpuPool& pool() const { return with_.pool; }

private:
    // One request, for the length of its coroutine.
    struct Call
    {
        const ServicePtr& service;
        const ApiKey& key;
        const BulkRequest& request;
        const Serialise& serialise;
        TemplatePtr from_template;
        Deadline deadline;
    };

    Task<Result<std::string>> accept_idempotently(Call call);
    Task<Result<std::string>> accept_once(Call call, JobId id);
    Task<Result<void>> judge(Call call);
    Task<std::optional<std::int64_t>> remaining(Call call);

    const Parts with_;
};

}  // namespace herald
