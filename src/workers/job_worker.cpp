#include "workers/job_worker.hpp"

#include "base/log.hpp"

namespace herald
{

JobWorker::JobWorker(asio::any_io_executor executor, ProcessJobs& process, TendJobs& tend, Options options)
    : executor_(executor), process_(process), tend_(tend), options_(options), wake_up_(executor), jobs_(executor)
{
}

Task<> JobWorker::run(StopToken stop)
{
    TaskScope parts(executor_);
    parts.spawn("job_tender", tend(stop));
    parts.close();
    while (!stop.requested())
    {
        if (co_await claim(stop) == 0) co_await wake_up_.wait(deadline_in(options_.poll_every));
    }
    jobs_.close();
    while (!co_await jobs_.join(deadline_in(options_.timeout)) || !co_await parts.join(deadline_in(options_.timeout)))
    {
        // Each ends by itself: its awaits have deadlines.
    }
}

Task<std::size_t> JobWorker::claim(StopToken stop)
{
    const std::size_t room = options_.concurrency - jobs_.running();
    if (room == 0) co_return 0;
    try
    {
        auto claimed = co_await process_.claim(room, deadline_in(options_.timeout));
        for (auto& one : claimed) jobs_.spawn("job", run_job(std::move(one), stop), [this] { wake_up_.raise(); });
        co_return claimed.size();
    }
    catch (const std::exception& failure)
    {
        log::warning("jobs could not be claimed", {{"reason", failure.what()}});
    }
    co_return 0;
}

// What ended with an exception is taken up again when its lease ends, here or elsewhere.
Task<> JobWorker::run_job(ClaimedJob claimed, StopToken stop)
{
    const auto id = claimed.job.id.to_string();
    try
    {
        co_await process_.run(std::move(claimed), stop);
    }
    catch (const std::exception& failure)
    {
        log::warning("a job was interrupted", {{"job", id}, {"reason", failure.what()}});
    }
}

Task<> JobWorker::tend(StopToken stop)
{
    while (!stop.requested())
    {
        std::size_t tended = 0;
        try
        {
            tended = co_await tend_.run(deadline_in(options_.timeout));
        }
        catch (const std::exception& failure)
        {
            log::warning("jobs could not be tended", {{"reason", failure.what()}});
        }
        if (tended == 0) co_await stop.wait_for(options_.tend_every);
    }
}

Task<> JobWorker::run_once()
{
    StopSource never(executor_);
    for (auto& claimed : co_await process_.claim(options_.concurrency, deadline_in(options_.timeout)))
        co_await process_.run(std::move(claimed), never.token());
    while (co_await tend_.run(deadline_in(options_.timeout)) > 0)
    {
    }
}

}  // namespace herald
