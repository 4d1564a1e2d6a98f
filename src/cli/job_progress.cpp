#include "cli/job_progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

namespace herald::cli
{

namespace
{

constexpr std::size_t kBar = 20;
constexpr auto kBetweenLines = std::chrono::seconds(5);
constexpr double kNewest = 0.3;  // its share of the rate
constexpr std::int64_t kMinute = 60;

bool is_over(JobStatus status)
{
    return status == JobStatus::finished || status == JobStatus::cancelled || status == JobStatus::error ||
           status == JobStatus::sending_limits_exceeded;
}

std::int64_t percent(std::int64_t part, std::int64_t whole)
{
    return whole <= 0 ? 100 : std::clamp<std::int64_t>(part * 100 / whole, 0, 100);
}

// What is done is what needs nothing more from here: bad rows, and messages that have left.
std::string bar_of(const JobCounts& counts)
{
    const auto done = percent(counts.bad + counts.sent, counts.rows);
    const auto filled = static_cast<std::size_t>(done) * kBar / 100;
    return fmt::format("[{}{}] {:>3}%  ", std::string(filled, '#'), std::string(kBar - filled, '-'), done);
}

std::string state_of(const Job& job)
{
    if (job.paused_at) return "  paused";
    if (job.status == JobStatus::in_progress || job.status == JobStatus::finished) return "";
    return "  " + std::string(to_string(job.status));
}

}  // namespace

JobCounts counts_of(const JobReport& report)
{
    JobCounts counts;
    const Job& job = report.job;
    counts.rows = job.notification_count;
    counts.bad = job.rows_refused;
    counts.created = job.rows_written - job.rows_retried + job.rows_refused;
    for (const auto& [status, count] : report.statistics)
    {
        if (status != NotificationStatus::created) counts.sent += count;
        if (!is_completed(status)) continue;
        const bool good = status == NotificationStatus::delivered || status == NotificationStatus::sent;
        (good ? counts.delivered : counts.failed) += count;
    }
    // A retried row has a message that failed and a newer one.
    counts.sent -= job.rows_retried;
    counts.failed = std::max<std::int64_t>(0, counts.failed - job.rows_retried);
    return counts;
}

bool has_ended(const JobReport& report)
{
    if (!is_over(report.job.status)) return false;
    return std::ranges::all_of(report.statistics, [](const JobCount& each) { return is_completed(each.status); });
}

void JobRate::note(std::int64_t sent, Time now)
{
    if (noted_at_ && now > *noted_at_)
    {
        const double seconds = std::chrono::duration<double>(now - *noted_at_).count();
        const double lately = static_cast<double>(std::max<std::int64_t>(0, sent - noted_)) / seconds;
        rate_ = rate_ ? kNewest * lately + (1 - kNewest) * *rate_ : lately;
    }
    noted_at_ = now;
    noted_ = sent;
}

std::optional<std::chrono::seconds> JobRate::time_for(std::int64_t left) const
{
    constexpr double kStanding = 0.01;
    if (per_second() < kStanding) return std::nullopt;
    return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(static_cast<double>(left) / per_second())));
}

std::string progress_line(const JobReport& report, const JobRate& rate, bool with_bar)
{
    const auto counts = counts_of(report);
    auto line = with_bar ? bar_of(counts) : std::string();
    line += fmt::format("created {}/{}  sent {}  delivered {}  failed {}", counts.created, counts.rows, counts.sent,
                        counts.delivered, counts.failed);
    if (counts.bad > 0) line += fmt::format("  bad rows {}", counts.bad);
    line += state_of(report.job);
    const auto left = counts.rows - counts.bad - counts.sent;
    if (has_ended(report) || left <= 0) return line;
    line += fmt::format("  {:.0f}/s", rate.per_second());
    if (const auto time = rate.time_for(left))
        line += fmt::format("  {}:{:02} left", time->count() / kMinute, time->count() % kMinute);
    return line;
}

void Progress::show(const JobReport& report)
{
    const auto now = std::chrono::steady_clock::now();
    rate_.note(counts_of(report).sent, now);
    const auto line = progress_line(report, rate_, is_terminal_);
    if (!is_terminal_ && (line == shown_ || (shown_at_ && now - *shown_at_ < kBetweenLines))) return;
    shown_at_ = now;
    write(line);
}

void Progress::finish(const JobReport& report)
{
    const auto line = progress_line(report, rate_, is_terminal_);
    if (is_terminal_ || line != shown_) write(line);
    if (is_terminal_) std::fputc('\n', stderr);
}

void Progress::write(const std::string& line)
{
    // What was longer before is erased to the end of the line.
    std::fprintf(stderr, is_terminal_ ? "\r%s\x1b[K" : "%s\n", line.c_str());
    std::fflush(stderr);
    shown_ = line;
}

}  // namespace herald::cli
