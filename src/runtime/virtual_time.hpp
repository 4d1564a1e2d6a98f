// Time that stands still until it is moved, for tests and simulations: hours of pauses pass in microseconds, and the
// same program runs the same way each time.
//
// While a VirtualTime lives, everything on its thread that goes by monotonic_now() or a Timer goes by it. Nothing here
// is used by the program itself.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include "runtime/task.hpp"

namespace herald
{

class VirtualTime
{
public:
    // The name of a wait: its end, and its number among all waits. Those with the same end end in this order.
    using Wait = std::pair<Deadline, std::uint64_t>;

    VirtualTime();  // one a thread at a time
    ~VirtualTime();
    VirtualTime(const VirtualTime&) = delete;
    VirtualTime& operator=(const VirtualTime&) = delete;

    // nullptr: the machine's time.
    [[nodiscard]] static VirtualTime* of_this_thread();

    [[nodiscard]] Deadline now() const { return now_; }
    // When the next wait ends. nullopt: nothing waits.
    [[nodiscard]] std::optional<Deadline> next() const;
    // Never back. The waits that end by then are posted to their executors, in their order.
    void move_to(Deadline time);
    // Drops what waits on `context`, unanswered. Before the context is destroyed.
    void forget(asio::execution_context& context);

    // For Timer.
    template <class Handler>
    Wait wait(Deadline end, const asio::any_io_executor& executor, Handler handler);
    void cancel(const Wait& wait);

private:
    class Waiting
    {
    public:
        virtual ~Waiting() = default;
        virtual void end(boost::system::error_code how) = 0;
        [[nodiscard]] virtual asio::execution_context& context() const = 0;
    };
    template <class Handler>
    class WaitingHandler;

    Deadline now_;
    std::uint64_t waits_ = 0;
    std::map<Wait, std::unique_ptr<Waiting>> waiting_;
};

template <class Handler>
class VirtualTime::WaitingHandler final : public VirtualTime::Waiting
{
public:
    WaitingHandler(const asio::any_io_executor& executor, Handler handler)
        : executor_(asio::get_associated_executor(handler, executor)), handler_(std::move(handler))
    {
    }
    void end(boost::system::error_code how) override
    {
        auto slot = asio::get_associated_cancellation_slot(handler_);
        if (slot.is_connected()) slot.clear();
        asio::post(executor_, [handler = std::move(handler_), how]() mutable { std::move(handler)(how); });
    }
    [[nodiscard]] asio::execution_context& context() const override
    {
        return asio::query(executor_, asio::execution::context);
    }

private:
    asio::any_io_executor executor_;
    Handler handler_;
};

template <class Handler>
VirtualTime::Wait VirtualTime::wait(Deadline end, const asio::any_io_executor& executor, Handler handler)
{
    const Wait made(end, ++waits_);
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) slot.assign([this, made](asio::cancellation_type) { cancel(made); });
    auto& waiting =
        *waiting_.emplace(made, std::make_unique<WaitingHandler<Handler>>(executor, std::move(handler))).first->second;
    if (end > now_) return made;
    waiting.end({});
    waiting_.erase(made);
    return made;
}

// A loop of a process that lives in virtual time: run by hand, and it may die.
class VirtualLoop
{
public:
    explicit VirtualLoop(VirtualTime& time) : time_(time) {}
    VirtualLoop(const VirtualLoop&) = delete;
    VirtualLoop& operator=(const VirtualLoop&) = delete;
    ~VirtualLoop() { die(); }

    [[nodiscard]] asio::any_io_executor executor() { return context_.get_executor(); }
    // Runs one thing that is ready. False: nothing is.
    bool run_one();
    // As when the process is killed: every coroutine is destroyed where it waits. What they used may then be destroyed
    // too, while an AbandonedTasks lives; and then this loop.
    void die();

private:
    class Context : public asio::io_context
    {
    public:
        using asio::execution_context::shutdown;
        using asio::io_context::io_context;
    };

    VirtualTime& time_;
    Context context_{1};
};

// As run_task, in virtual time: when nothing can go on, the time moves to the end of the next wait.
void run_virtual(const std::function<Task<>()>& task);

}  // namespace herald
