// Requests a minute for each service and key type, over all processes and without any extra server.
//
// A token bucket in the database holds `rate_limit` tokens and gains as many a minute. A process takes tokens from it
// in blocks, one at a time, and spends them from memory, so that a request of a busy service costs nothing. Blocks grow
// from one token to a twentieth of the limit while the service is busy, and what is left of one expires after two idle
// seconds, when the bucket may be full again: so idle processes, however many, add nothing to a burst. Belongs to the
// Loop of its Database.
#pragma once

#include <unordered_map>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "domain/services/service.hpp"
#include "runtime/notifier.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct RateDecision
{
    bool allowed = false;
    std::int32_t limit = 0;
    std::int64_t remaining = 0;            // tokens in the bucket when last asked, and those still held
    std::int32_t retry_after_seconds = 0;  // when refused
};

// rate_limited, in the words of the contract.
Failure over_rate(const RateDecision& rate, KeyType type);

class RateLimiter
{
public:
    explicit RateLimiter(pg::Database& database) : database_(database) {}

    // Throws pg::Unavailable or DeadlineExceeded when the database does not answer.
    Task<RateDecision> take(const Service& service, KeyType key_type, Instant now, Deadline deadline);

private:
    struct Bucket
    {
        std::int64_t held = 0;
        std::int64_t level = 0;  // of the shared bucket, when it was last asked
        std::int64_t block = 0;  // what was asked for last
        Instant used_at{};
        Instant empty_until{};  // the database had none: not asked again before
        bool refilling = false;
        Notifier refilled;
    };
    struct Key
    {
        ServiceId service;
        KeyType type;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash
    {
        std::size_t operator()(const Key& key) const
        {
            return UuidHash()(key.service) + static_cast<std::size_t>(key.type);
        }
    };

    Task<> refill(Bucket& bucket, const Service& service, KeyType key_type, Instant now, Deadline deadline);

    pg::Database& database_;
    std::unordered_map<Key, Bucket, KeyHash> buckets_;
};

}  // namespace herald
