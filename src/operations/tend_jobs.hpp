// What people want of jobs whose messages are queued already: puts messages of paused, slowed and cancelled jobs aside,
// lets go those of resumed ones and, at their rate, of slowed ones, and ends those of cancelled ones. Statements are
// bounded and state what they find, so any number of processes may do this at once, and it can be stopped anywhere.
// Belongs to the Loop of its Database.
#pragma once

#include "base/clock.hpp"
#include "storage/job_queue.hpp"
#include "storage/job_store.hpp"

namespace herald
{

class TendJobs
{
public:
    TendJobs(pg::Database& database, const Clock& clock) : queue_(database), jobs_(database), clock_(clock) {}

    // One round over the jobs that are due: how many there were.
    Task<std::size_t> run(Deadline deadline);

private:
    Task<> tend(TendedJob tended, Deadline deadline);
    Task<bool> sweep(const TendedJob& tended, Deadline deadline);
    Task<std::optional<milliseconds>> end_cancelled(const Job& job, Deadline deadline);
    Task<std::optional<milliseconds>> let_go(const Job& job, Deadline deadline);

    JobQueue queue_;
    JobStore jobs_;
    const Clock& clock_;
};

}  // namespace herald
