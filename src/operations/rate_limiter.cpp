#include "operations/rate_limiter.hpp"

#include <algorithm>

#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr std::int32_t kBlocksPerLimit = 20;

RateDecision refused(std::int32_t limit, Instant now, Instant until)
{
    const auto wait = std::chrono::ceil<std::chrono::seconds>(until - now).count();
    return {.allowed = false,
            .limit = limit,
            .remaining = 0,
            .retry_after_seconds = static_cast<std::int32_t>(std::max<long>(wait, 1))};
}

}  // namespace

Task<RateDecision> RateLimiter::take(const Service& service, KeyType key_type, Instant now, Deadline deadline)
{
    const std::int32_t limit = service.rate_limit;
    if (limit <= 0) co_return RateDecision{.limit = limit, .retry_after_seconds = 60};
    // References into the map stay valid over an await: entries are never erased.
    Bucket& bucket = buckets_[Key{service.id, key_type}];
    if (bucket.held == 0)
    {
        if (now < bucket.empty_until) co_return refused(limit, now, bucket.empty_until);
        const auto block = static_cast<double>(std::max(1, limit / kBlocksPerLimit));
        auto params =
            pg::Params::of(service.id, static_cast<std::int16_t>(key_type), block, static_cast<double>(limit), now);
        const auto rows = co_await database_.execute(sql::take_rate_tokens, std::move(params), deadline);
        const auto granted = static_cast<std::int64_t>(rows.get<double>(0, 0));
        bucket.held += granted;
        if (bucket.held == 0)
        {
            bucket.empty_until = now + std::chrono::microseconds(60'000'000 / limit);
            co_return refused(limit, now, bucket.empty_until);
        }
    }
    --bucket.held;
    co_return RateDecision{.allowed = true, .limit = limit, .remaining = bucket.held};
}

}  // namespace herald
