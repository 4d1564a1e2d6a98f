#include "operations/retention_rules.hpp"

#include <array>

#include "domain/services/retention.hpp"

namespace herald
{

namespace
{

using std::chrono::days;

constexpr std::array kRules{
    RetentionRule{.name = "contents",
                  .what = "recipients, values and reply-to texts of messages, but of those under way",
                  .kept = "3 to 90 local days, by service and channel (7)",
                  .means = RetentionMeans::partitions,
                  .task = "drop_purged_contents",
                  .table = "notification_contents"},
    RetentionRule{.name = "received_texts",
                  .what = "text messages that came in",
                  .kept = "as the service's text messages",
                  .means = RetentionMeans::rows,
                  .task = "drop_purged_contents"},
    RetentionRule{.name = "job_files",
                  .what = "files of recipients whose job is over",
                  .kept = "as the service's messages of the job's channel",
                  .means = RetentionMeans::objects,
                  .task = "archive_jobs"},
    RetentionRule{.name = "receipts",
                  .what = "what providers told, as it came",
                  .kept = "receipts.keep_days local days",
                  .means = RetentionMeans::partitions,
                  .task = "drop_purged_contents",
                  .table = "receipt_journal"},
    RetentionRule{.name = "callback_attempts",
                  .what = "calls to services, and what they answered",
                  .kept = "30 days",
                  .means = RetentionMeans::partitions,
                  .task = "drop_callback_attempts",
                  .table = "callback_attempts",
                  .after_its_day = kCallbackAttemptsKept + days(1)},
    RetentionRule{.name = "events",
                  .what = "what happened to messages",
                  .kept = "100 days",
                  .means = RetentionMeans::partitions,
                  .task = "drop_notification_events",
                  .table = "notification_events",
                  .after_its_day = kEventsKept + days(1)},
    RetentionRule{.name = "idempotency_keys",
                  .what = "Idempotency-Keys and their answers",
                  .kept = "24 hours",
                  .means = RetentionMeans::rows,
                  .task = "purge_idempotency_keys"},
    RetentionRule{.name = "dead_secrets",
                  .what = "secrets of revoked API keys; the key's name and dates stay",
                  .kept = "30 days after the key was revoked",
                  .means = RetentionMeans::rows,
                  .task = "purge_dead_secrets"},
    RetentionRule{.name = "lifted_suppressions",
                  .what = "suppressions that were lifted",
                  .kept = "90 days after they were",
                  .means = RetentionMeans::rows,
                  .task = "purge_lifted_suppressions"},
    RetentionRule{.name = "task_runs",
                  .what = "runs of scheduled tasks",
                  .kept = "30 days",
                  .means = RetentionMeans::rows,
                  .task = "purge_task_runs"},
};

}  // namespace

std::string_view to_string(RetentionMeans means)
{
    switch (means)
    {
        case RetentionMeans::partitions:
            return "partitions";
        case RetentionMeans::rows:
            return "rows";
        case RetentionMeans::objects:
            break;
    }
    return "objects";
}

std::span<const RetentionRule> retention_rules()
{
    return kRules;
}

std::vector<Instant> job_cutoffs_on(const TimeZone& zone, LocalDate day)
{
    std::vector<Instant> cutoffs;
    for (int kept = kLeastRetentionDays; kept <= kMostRetentionDays; ++kept)
        cutoffs.push_back(zone.start_of(add_days(day, -kept)));
    return cutoffs;
}

}  // namespace herald
