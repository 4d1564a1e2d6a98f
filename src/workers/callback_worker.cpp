#include "workers/callback_worker.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace herald
{

CallbackWorker::CallbackWorker(asio::any_io_executor executor, DeliverCallbacks& callbacks, Options options)
    : callbacks_(callbacks), options_(options), wake_up_(executor), scope_(executor)
{
}

Task<> CallbackWorker::run(StopToken stop)
{
    scope_.spawn("callback_worker_stop", wake_at_stop(stop));
    while (!stop.requested())
    {
        std::size_t begun = 0;
        bool failed = false;
        try
        {
            begun = co_await begin_due();
        }
        catch (const std::exception& failure)
        {
            log::warning("callbacks could not be claimed", {{"reason", failure.what()}});
            failed = true;
        }
        if (failed)
            co_await stop.wait_for(options_.pause);
        else if (begun == 0)
            co_await wake_up_.wait(deadline_in(options_.poll));
    }
    while (!co_await scope_.join(deadline_in(options_.poll)))
    {
        // Every request and every record has a deadline of its own.
    }
}

Task<CallbackCounts> CallbackWorker::run_once()
{
    counts_ = CallbackCounts();
    co_await begin_due();
    while (!co_await scope_.join(deadline_in(options_.poll)))
    {
    }
    co_return counts_;
}

// Few places are none: a claim for each call that ends would cost more than it brings.
std::size_t CallbackWorker::room() const
{
    const std::size_t places = options_.concurrency - under_way_;
    return places < std::max<std::size_t>(1, options_.concurrency / 8) ? 0 : places;
}

Task<std::size_t> CallbackWorker::begin_due()
{
    std::size_t begun = 0;
    CallbackShare share;
    share.most = room();
    lacks_room_ = share.most == 0;
    if (lacks_room_) co_return begun;
    share.per_endpoint = options_.per_endpoint;
    share.under_way = calling_;
    share.after = last_;
    auto tasks = co_await callbacks_.claim(std::move(share), deadline_in(options_.database_timeout));
    for (auto& task : tasks)
    {
        const CallbackEndpoint endpoint{task.service_id, task.type};
        if (!task.is_probe) last_ = endpoint;  // probes are taken out of their turn
        ++calling_[endpoint];
        ++under_way_;
        ++begun;
        scope_.spawn("deliver_callback", call(std::move(task)));
    }
    counts_.claimed += begun;
    co_return begun;
}

Task<> CallbackWorker::call(CallbackTask task)
{
    const CallbackEndpoint endpoint{task.service_id, task.type};
    try
    {
        co_await callbacks_.call(std::move(task));
        ++counts_.recorded;
    }
    catch (const std::exception& failure)
    {
        log::warning("the result of a callback was not recorded", {{"reason", failure.what()}});
    }
    const auto calling = calling_.find(endpoint);
    const bool endpoint_was_full = calling->second >= options_.per_endpoint;
    if (--calling->second == 0) calling_.erase(calling);
    --under_way_;
    // An endpoint at its limit, and a worker at its own, may have more waiting.
    if ((endpoint_was_full || lacks_room_) && room() > 0) wake_up_.raise();
}

Task<> CallbackWorker::wake_at_stop(StopToken stop)
{
    co_await stop.wait();
    wake_up_.raise();
}

}  // namespace herald
