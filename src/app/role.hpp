// One thread of a process: a Loop and what lives on it. `herald serve` and `herald dev` run several.
//
// Lifecycle: constructor → start() → request_stop() → wait_stopped() → destructor. start() and the two others are
// called from the main thread. What a role owns is opened, used and destroyed on its loop or while the loop stands
// still.
#pragma once

#include <atomic>
#include <future>
#include <string>

#include "base/error.hpp"
#include "runtime/loop.hpp"
#include "runtime/stop.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

class Role
{
public:
    // `name` is a literal: the thread's name and a metric label.
    explicit Role(std::string_view name);
    Role(const Role&) = delete;
    Role& operator=(const Role&) = delete;
    virtual ~Role();

    // Returns once the role is at work, or with the reason why it cannot be (unavailable).
    Result<void> start(std::chrono::seconds patience);
    void request_stop();
    // True when the role has ended by `deadline`, whether asked to or not.
    bool wait_stopped(Deadline deadline);
    // The role ended without having been asked to.
    [[nodiscard]] bool failed() const;
    [[nodiscard]] std::string_view name() const { return name_; }

protected:
    // Opens what the role works with; throws when that is impossible.
    virtual Task<> open() = 0;
    // Works until stop is requested, then ends what is under way.
    virtual Task<> run(StopToken stop) = 0;

    // To be called by the destructor of each derived class before its members go: nothing runs on the loop afterwards.
    void halt();

    [[nodiscard]] Loop& loop() { return loop_; }
    [[nodiscard]] TaskScope& scope() { return scope_; }

private:
    Task<> live();

    const std::string_view name_;
    Loop loop_;
    StopSource stop_;
    TaskScope scope_;  // of everything the role starts
    TaskScope main_;   // of live() alone
    std::promise<void> opened_;
    std::promise<void> ended_;
    std::shared_future<void> has_ended_;
    std::atomic<bool> stop_requested_ = false;
    bool started_ = false;
};

}  // namespace herald
