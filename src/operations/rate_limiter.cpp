#include "operations/rate_limiter.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr std::int64_t kBlocksPerLimit = 20;
constexpr auto kIdle = seconds(2);

class Refilling
{
public:
    Refilling(bool& flag, Notifier& waiting) : flag_(flag), waiting_(waiting) { flag_ = true; }
    Refilling(const Refilling&) = delete;
    Refilling& operator=(const Refilling&) = delete;
    ~Refilling()
    {
        flag_ = false;
        waiting_.notify_all();
    }

private:
    bool& flag_;
    Notifier& waiting_;
};

RateDecision refused(std::int32_t limit, Instant now, Instant until)
{
    const auto wait = std::chrono::ceil<std::chrono::seconds>(until - now).count();
    return {.allowed = false,
            .limit = limit,
            .remaining = 0,
            .retry_after_seconds = static_cast<std::int32_t>(std::max<long>(wait, 1))};
}

std::string_view key_type_label(KeyType type)
{
    switch (type)
    {
        case KeyType::normal:
            return "LIVE";
        case KeyType::team:
            return "TEAM";
        case KeyType::test:
            break;
    }
    return "TEST";
}

}  // namespace

Failure over_rate(const RateDecision& rate, KeyType type)
{
    return fail(ErrorKind::rate_limited,
                fmt::format("Exceeded rate limit for key type {} of {} requests per 60 seconds", key_type_label(type),
                            rate.limit));
}

Task<RateDecision> RateLimiter::take(const Service& service, KeyType key_type, Instant now, Deadline deadline)
{
    const std::int32_t limit = service.rate_limit;
    if (limit <= 0) co_return RateDecision{.limit = limit, .retry_after_seconds = 60};
    // References into the map stay valid over an await: entries are never erased.
    Bucket& bucket = buckets_[Key{service.id, key_type}];
    const bool was_idle = now - bucket.used_at > kIdle;
    bucket.used_at = std::max(bucket.used_at, now);
    if (was_idle && !bucket.refilling)
    {
        bucket.held = 0;
        bucket.block = 0;
    }
    while (bucket.held == 0)
    {
        if (now < bucket.empty_until) co_return refused(limit, now, bucket.empty_until);
        if (!bucket.refilling)
            co_await refill(bucket, service, key_type, now, deadline);
        else if (!co_await bucket.refilled.wait(deadline))
            throw DeadlineExceeded("rate limit");
    }
    --bucket.held;
    co_return RateDecision{.allowed = true, .limit = limit, .remaining = bucket.level + bucket.held};
}

// Everybody who waits for the block shares it: with a block each, one process would empty the bucket of all.
Task<> RateLimiter::refill(Bucket& bucket, const Service& service, KeyType key_type, Instant now, Deadline deadline)
{
    const std::int64_t limit = service.rate_limit;
    const auto largest = std::max<std::int64_t>(1, limit / kBlocksPerLimit);
    bucket.block = std::clamp<std::int64_t>(bucket.block * 2, 1, largest);
    auto params = pg::Params::of(service.id, static_cast<std::int16_t>(key_type), static_cast<double>(bucket.block),
                                 static_cast<double>(limit), now);
    const Refilling under_way(bucket.refilling, bucket.refilled);
    const auto rows = co_await database_.execute(sql::take_rate_tokens, std::move(params), deadline);
    bucket.held += static_cast<std::int64_t>(rows.get<double>(0, "granted"));
    bucket.level = static_cast<std::int64_t>(rows.get<double>(0, "tokens"));
    if (bucket.held == 0) bucket.empty_until = now + std::chrono::microseconds(60'000'000 / limit);
}

}  // namespace herald
