// Turns jobs into messages: claims them, a few at a time and fairly, and lets each write batch after batch; holds, lets
// go and ends what is queued of jobs that people have paused, slowed or cancelled. Any number of processes may do this
// at once. Belongs to one Loop.
#pragma once

#include "operations/process_jobs.hpp"
#include "operations/tend_jobs.hpp"
#include "runtime/loop.hpp"
#include "runtime/stop.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

class JobWorker
{
public:
    struct Options
    {
        std::size_t concurrency = 4;   // jobs at once
        milliseconds poll_every{250};  // a job begins within a second of its time
        milliseconds tend_every{200};  // and so soon what people want takes effect
        seconds timeout{20};           // of one look at the database
    };

    JobWorker(asio::any_io_executor executor, ProcessJobs& process, TendJobs& tend, Options options);

    // Until stop is requested; returns when the batches under way have ended, with their jobs given back. A round that
    // fails is logged and comes again.
    Task<> run(StopToken stop);
    // There is a job, or somebody wants something of one: look at once. Thread-safe.
    void wake() { wake_up_.raise(); }
    // Claims once and works until all that was claimed is done or given back; tends until nothing is due. For tests.
    Task<> run_once();

private:
    Task<> tend(StopToken stop);
    Task<> run_job(ClaimedJob claimed, StopToken stop);
    Task<std::size_t> claim(StopToken stop);

    asio::any_io_executor executor_;
    ProcessJobs& process_;
    TendJobs& tend_;
    const Options options_;
    WakeUp wake_up_;
    TaskScope jobs_;
};

}  // namespace herald
