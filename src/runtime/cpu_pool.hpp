// Threads for work that would hold up a loop: password hashing, Markdown, large CSV files.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <vector>

#include "runtime/task.hpp"

namespace herald
{

// The pool has as much work waiting as it may hold, or it has been stopped. The work was not begun; try again later.
class CpuPoolFull : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// Thread-safe. Stop it before the loops that wait for its work are destroyed.
class CpuPool
{
public:
    // At least one thread. `max_waiting`, at least 1: how much work may wait for a thread to begin it.
    CpuPool(std::size_t threads, std::size_t max_waiting);
    ~CpuPool();  // stop()
    CpuPool(const CpuPool&) = delete;
    CpuPool& operator=(const CpuPool&) = delete;

    // Runs `work()` on a thread of the pool and resumes on the caller's loop with its value, or its exception. Throws
    // CpuPoolFull. Work that has been taken cannot be cancelled: a deadline around this call is noticed when the work
    // has ended.
    template <class F>
    Task<std::invoke_result_t<F&>> run(F work)
    {
        using Value = std::invoke_result_t<F&>;
        if constexpr (std::is_void_v<Value>)
        {
            co_await run_erased([&work] { work(); });
        }
        else
        {
            // The work may use this frame: it stays until the pool has answered.
            std::optional<Value> value;
            co_await run_erased([&work, &value] { value.emplace(work()); });
            co_return std::move(*value);
        }
    }

    // Refuses new work, ends what was taken and joins the threads. Blocks; idempotent.
    void stop();

private:
    Task<> run_erased(std::function<void()> work);
    bool enqueue(std::function<void()>& job);  // false, and the job is left as it was: full or stopped
    void serve();

    const std::size_t max_waiting_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> waiting_;  // guarded by mutex_
    bool stopped_ = false;                       // guarded by mutex_
    std::mutex stop_mutex_;                      // held while joining
    std::vector<std::thread> threads_;           // guarded by stop_mutex_ after construction
};

}  // namespace herald
