#include "operations/tend_jobs.hpp"

#include <algorithm>

namespace herald
{

namespace
{

constexpr std::int32_t kJobs = 16;      // of a round
constexpr std::int32_t kBatch = 5'000;  // messages of a statement
constexpr int kBatchesOfARound = 8;     // then other jobs have their turn
constexpr milliseconds kAtOnce{0};
constexpr milliseconds kSlowTick{200};   // between what a slowed job lets go
constexpr milliseconds kIdleTick{2000};  // a slowed job with nothing put aside that is still being processed
constexpr milliseconds kLongestPause{300'000};

}  // namespace

Task<std::size_t> TendJobs::run(Deadline deadline)
{
    auto due = co_await queue_.take_to_tend(kJobs, deadline);
    const std::size_t count = due.size();
    for (auto& tended : due) co_await tend(std::move(tended), deadline);
    co_return count;
}

Task<> TendJobs::tend(TendedJob tended, Deadline deadline)
{
    const bool is_swept = !tended.is_sweeping || co_await sweep(tended, deadline);
    std::optional<milliseconds> again = kAtOnce;
    if (tended.job.status == JobStatus::cancelled)
        again = co_await end_cancelled(tended.job, deadline);
    else if (is_swept && tended.job.paused_at)
        again = std::nullopt;  // claims put aside what comes now
    else if (is_swept && !tended.is_sweeping)
        again = co_await let_go(tended.job, deadline);
    co_await queue_.tend_again(std::move(tended), again, is_swept, deadline);
}

// True: nothing is left.
Task<bool> TendJobs::sweep(const TendedJob& tended, Deadline deadline)
{
    for (int i = 0; i < kBatchesOfARound; ++i)
    {
        if (co_await queue_.hold_messages(tended.job, kBatch, deadline) == 0) co_return true;
    }
    co_return false;
}

// A message that was claimed may fail and come back to be tried again: looked after until none is left that could
// leave.
Task<std::optional<milliseconds>> TendJobs::end_cancelled(const Job& job, Deadline deadline)
{
    for (int i = 0; i < kBatchesOfARound; ++i)
    {
        if (co_await queue_.cancel_held_messages(job, kBatch, clock_.now(), deadline) == 0) break;
        if (i + 1 == kBatchesOfARound) co_return kAtOnce;
    }
    std::vector<JobId> asked{job.id};
    const auto counts = co_await jobs_.statistics(job.service_id, std::move(asked), deadline);
    const auto of_job = counts.find(job.id);
    const auto waits = [](const JobCount& count)
    {
        return count.status == NotificationStatus::created;
    };
    if (of_job == counts.end() || std::ranges::none_of(of_job->second, waits)) co_return std::nullopt;
    const auto age = std::chrono::duration_cast<milliseconds>(clock_.now() - job.updated_at.value_or(job.created_at));
    co_return std::clamp(age / 4, kSlowTick, kLongestPause);
}

Task<std::optional<milliseconds>> TendJobs::let_go(const Job& job, Deadline deadline)
{
    for (int i = 0; i < kBatchesOfARound; ++i)
    {
        const auto released = co_await queue_.release_messages(job, kBatch, deadline);
        if (!released.has_more)
        {
            const bool goes_on = job.status == JobStatus::in_progress || job.status == JobStatus::pending;
            if (job.rows_per_second && goes_on) co_return kIdleTick;
            co_return std::nullopt;
        }
        if (job.rows_per_second) co_return kSlowTick;
    }
    co_return kAtOnce;
}

}  // namespace herald
