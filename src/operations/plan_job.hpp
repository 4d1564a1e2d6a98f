// What would come of a list, or of one message, if it were sent now or as scheduled: nothing is created, uploaded,
// queued or counted. Rows are judged by draft_job_row, as their job will judge them.
//
// Left empty, because there is nothing to say it from: the price (there are no rates yet), and who had a message in the
// last days (there is no index of recipients yet).
//
// Memory: 8 bytes a row, besides what domain/recipient_lists bounds. The rows are read and judged on a CpuPool.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operations/upload_job.hpp"

namespace herald
{

struct PlannedBadRow
{
    std::int32_t number = 0;  // from 0; a spreadsheet shows it as number + 2
    std::string reason;       // sentences, parted by "; "; never a value
};

struct PlannedReason
{
    std::string reason;
    std::int64_t rows = 0;  // a row may have several reasons
};

struct PlannedCharacter
{
    char32_t character = 0;  // is not in the alphabet of text messages: something else, or "?", is sent for it
    std::int64_t rows = 0;
};

// Of the service's daily limit, on the UTC day on which the job begins.
struct PlannedLimit
{
    std::int64_t limit = 0;
    std::int64_t used = 0;
    std::int64_t left = 0;
    bool fits = true;  // all rows together, or the job ends as `sending limits exceeded` and sends nothing
};

// By whom a rate is stated.
enum class RateSource
{
    job,       // asked for
    provider,  // configured, the slower one
};

struct PlannedTimes
{
    std::int64_t rows_ahead = 0;  // what leaves before or beside it; 0 for a job that is scheduled for later
    Instant starts_at{};          // when its rows become messages
    // Messages a second that leave; empty: nobody has stated one, and past rates do not say what a provider can take.
    std::optional<std::int64_t> rate_per_second;
    std::optional<RateSource> rate_source;
    // When its last message has left, at the earliest; empty without a rate.
    std::optional<Instant> ends_at;
};

struct JobPlan
{
    static constexpr std::size_t kShownBadRows = 20;
    static constexpr std::size_t kShownReasons = 50;  // the others are counted as kOtherReasons
    static constexpr std::size_t kShownCharacters = 100;
    static constexpr const char* kOtherReasons = "Other reasons";

    Channel channel = Channel::sms;
    std::int32_t template_version = 0;
    std::int32_t rows = 0;
    std::int32_t good_rows = 0;  // these become messages
    std::int32_t bad_rows = 0;
    std::vector<PlannedBadRow> first_bad_rows;
    std::vector<PlannedReason> reasons;   // most rows first
    std::int32_t not_allowed_rows = 0;    // of the bad ones: in trial mode, not one of the service's own people
    std::int64_t fragments = 0;           // sms: what a provider bills
    std::optional<std::string> price;     // none yet
    std::int32_t international_rows = 0;  // of the good ones, as the following
    std::int32_t repeated_rows = 0;       // whose recipient stands in another row before
    std::optional<std::int64_t> repeated_in_last_days;  // none yet
    std::int64_t suppressed_rows = 0;                   // become messages, which end as permanent-failure at once
    std::int32_t downgraded_rows = 0;                   // with characters that something else is sent for
    std::vector<PlannedCharacter> downgraded;           // most rows first
    PlannedLimit limit;
    PlannedTimes times;
};

// What the providers of a process are configured to take a second; empty: nothing is said.
struct StatedRates
{
    std::optional<std::int64_t> sms;
    std::optional<std::int64_t> email;
};

// References: what they name must outlive the operation. The deadline of `jobs` is of looking up the service and the
// template.
struct PlanContext
{
    JobContext jobs;
    const JobDesk& desk;
    StatedRates rates;
    seconds step{30};  // for each question while a list is read
};

// Errors: those of upload_job, except that there is no job.
Task<Result<JobPlan>> plan_job(PlanContext context, JobWish wish, ListSource& list);

struct OneMessage
{
    std::string recipient;
    json::object personalisation;
};
// The same for a list of one row.
Task<Result<JobPlan>> plan_message(PlanContext context, JobWish wish, OneMessage message);

}  // namespace herald
