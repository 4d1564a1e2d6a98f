// A job: a file of recipients that becomes a message a row. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/notification.hpp"

namespace herald
{

// Stored by the wire's names (GSA/notifications-api, app/models.py).
enum class JobStatus
{
    pending,
    in_progress,  // its rows are becoming messages; paused or not
    finished,     // all of its rows have
    sending_limits_exceeded,
    scheduled,
    cancelled,
    ready_to_send,
    sent_to_dvla,
    error,
};

inline constexpr std::array kAllJobStatuses = {
    JobStatus::pending,   JobStatus::in_progress, JobStatus::finished,      JobStatus::sending_limits_exceeded,
    JobStatus::scheduled, JobStatus::cancelled,   JobStatus::ready_to_send, JobStatus::sent_to_dvla,
    JobStatus::error,
};

std::string_view to_string(JobStatus status);  // "in progress"
std::optional<JobStatus> parse_job_status(std::string_view text);

// How far ahead a job may be scheduled.
inline constexpr std::chrono::hours kLongestSchedule{7 * 24};
// More rows do not fit into the ids of their messages.
inline constexpr std::int32_t kMostJobRows = 1 << 24;

struct Job
{
    JobId id;  // also the upload's
    ServiceId service_id;
    std::string original_file_name;
    std::string object_key;                // of the file
    std::optional<JobId> original_job_id;  // whose bad rows these are, corrected
    TemplateId template_id;
    std::int32_t template_version = 0;  // as of its creation
    Channel channel = Channel::sms;
    KeyType key_type = KeyType::normal;
    std::optional<ApiKeyId> api_key_id;   // by the public API
    std::optional<UserId> created_by_id;  // by a person
    std::optional<Uuid> sender_id;        // an sms sender or a reply-to; empty: the default
    std::optional<Uuid> contact_list_id;
    std::int32_t notification_count = 0;  // rows, as announced
    JobStatus status = JobStatus::pending;
    std::string reason;  // why it is cancelled, in error or over the limits, for people; otherwise empty
    std::optional<Instant> scheduled_for;
    Instant created_at{};
    std::optional<Instant> updated_at;
    std::optional<Instant> processing_started;
    std::optional<Instant> processing_finished;
    std::optional<Instant> paused_at;             // set: paused since
    std::optional<Instant> archived_at;           // set: its file is gone
    std::optional<std::int32_t> rows_per_second;  // set: its messages leave so slowly
    std::int16_t generation = 1;                  // 1, and one more with each retry of its failed rows
    std::int32_t next_row = 0;                    // of this generation; rows before it are done
    std::int32_t rows_written = 0;                // messages, of all generations
    std::int32_t rows_refused = 0;                // rows of the file that cannot be sent: the bad ones
    std::int32_t rows_retried = 0;                // messages that took the place of a failed one

    [[nodiscard]] bool archived() const { return archived_at.has_value(); }
};

// The id of a row's message. Rows are written in segments: what one process does of a job without a break, for half a
// minute at the most. `started_at` is the segment's, and so the id's time, to the millisecond; `row` counts from 0. The
// same arguments give the same id, in the order of rows: crashed work that is done again makes the same messages. Pure.
NotificationId job_row_id(JobId job, std::int32_t segment, Instant started_at, std::int32_t row);

}  // namespace herald
