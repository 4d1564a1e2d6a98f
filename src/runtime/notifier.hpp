// A condition variable for the coroutines of one loop: wait until told, or until a deadline.
//
// It remembers nothing: a notification with nobody waiting is lost. Nothing else runs between a check and the wait that
// follows it on the same loop, so `while (!ready) if (!co_await changed.wait(deadline)) ...` has no race. Belongs to
// one Loop; WakeUp (loop.hpp) crosses threads.
#pragma once

#include <cstddef>
#include <memory>

#include "runtime/task.hpp"

namespace herald
{

class Notifier
{
public:
    Notifier();
    // What still waits is woken and sees `false`.
    ~Notifier();
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;

    // True when notified; false at `deadline`, when the coroutine is cancelled and when the Notifier is destroyed.
    // A wait that was notified returns true even if its deadline passed meanwhile, so no notify_one() is lost on the
    // way.
    Task<bool> wait(Deadline deadline);
    // Wakes the one that has waited longest. The coroutine runs later, from the loop, not inside this call.
    void notify_one();
    void notify_all();
    [[nodiscard]] std::size_t waiting() const;

private:
    struct State;
    static Task<bool> wait_on(std::shared_ptr<State> state, Deadline deadline);
    std::shared_ptr<State> state_;
};

}  // namespace herald
