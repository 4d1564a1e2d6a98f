// What is forgotten, when and how: one rule for each kind of data, in one table, which the tasks go by and
// `herald retention plan` prints. What is not in it (facts, counts, bills, settings, suppressions that hold) is kept.
#pragma once

#include <chrono>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace herald
{

inline constexpr std::chrono::days kCallbackAttemptsKept{30};    // UTC days
inline constexpr std::chrono::days kEventsKept{100};             // UTC days: the longest retention, and ten
inline constexpr std::chrono::hours kIdempotencyKeysKept{24};    // since they were used
inline constexpr std::chrono::days kDeadSecretsKept{30};         // since the key was revoked
inline constexpr std::chrono::days kLiftedSuppressionsKept{90};  // since: somebody may ask who lifted it
inline constexpr std::chrono::days kTaskRunsKept{30};            // since they began

// How a kind of data goes.
enum class RetentionMeans
{
    partitions,  // a day at a time, by dropping its partition
    rows,        // in batches, through an index
    objects,     // files of the object store
};
std::string_view to_string(RetentionMeans means);

struct RetentionRule
{
    std::string_view name;
    std::string_view what;
    std::string_view kept;
    RetentionMeans means = RetentionMeans::rows;
    std::string_view task;               // that does it
    std::string_view table = {};         // of partitions: the parent; its partitions end in their day
    std::chrono::days after_its_day{0};  // of partitions: how long after its day one goes
};

std::span<const RetentionRule> retention_rules();

// On that local day jobs go that counted from before these moments, by days of retention from kLeastRetentionDays on.
std::vector<Instant> job_cutoffs_on(const TimeZone& zone, LocalDate day);

}  // namespace herald
