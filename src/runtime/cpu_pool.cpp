#include "runtime/cpu_pool.hpp"

#include <algorithm>
#include <exception>
#include <memory>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace herald
{

CpuPool::CpuPool(std::size_t threads, std::size_t max_waiting) : max_waiting_(std::max<std::size_t>(max_waiting, 1))
{
    const std::size_t count = std::max<std::size_t>(threads, 1);
    threads_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { serve(); });
}

CpuPool::~CpuPool()
{
    stop();
}

void CpuPool::stop()
{
    const std::lock_guard joining(stop_mutex_);
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

void CpuPool::serve()
{
    for (;;)
    {
        std::function<void()> job;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
            if (waiting_.empty()) return;  // stopped, and drained
            job = std::move(waiting_.front());
            waiting_.pop_front();
        }
        job();
    }
}

bool CpuPool::enqueue(std::function<void()>& job)
{
    {
        const std::lock_guard lock(mutex_);
        if (stopped_ || waiting_.size() >= max_waiting_) return false;
        waiting_.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
}

Task<> CpuPool::run_erased(std::function<void()> work)
{
    std::exception_ptr failure;
    // The work and the failure are in this frame: it stays until the pool has answered.
    const auto begin = [this, &work, &failure](auto handler)
    {
        const asio::any_io_executor executor = asio::get_associated_executor(handler);
        // The loop has something to wait for until the answer is there. This and the handler travel back to the loop
        // and die there: once the answer is posted, the loop may be gone at any moment.
        asio::any_io_executor busy = asio::prefer(executor, asio::execution::outstanding_work.tracked);
        auto resume = std::make_shared<decltype(handler)>(std::move(handler));
        std::function<void()> job =
            [&work, &failure, executor, busy = std::move(busy), resume = std::move(resume)]() mutable
        {
            try
            {
                work();
            }
            catch (...)
            {
                failure = std::current_exception();
            }
            auto answer = [busy = std::move(busy), resume = std::move(resume)]
            {
                std::move (*resume)();
            };
            asio::post(executor, std::move(answer));
        };
        if (enqueue(job)) return;
        // Asio cannot carry an exception out of the start of an operation, so a refusal is work that fails.
        work = []
        {
            throw CpuPoolFull("no thread is free for this work");
        };
        job();
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(begin, asio::use_awaitable);
    if (failure) std::rethrow_exception(failure);
}

}  // namespace herald
