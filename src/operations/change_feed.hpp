// The changes of status of a service's messages, for a client that keeps a copy of their states: every change once, in
// an order in which each message's own changes follow each other, from any cursor on. docs/architecture.md, "Change
// feed".
//
// Who finds nothing may wait. Waiting holds nothing but its memory: all waits of a process together cost two small
// statements a second, a write of this process wakes its service's at once, and stop() ends them. Belongs to the Loop
// of its Database.
#pragma once

#include <list>
#include <unordered_map>

#include "operations/change_cursor.hpp"
#include "operations/change_horizon.hpp"
#include "runtime/task_scope.hpp"

namespace prometheus
{
class Counter;
}

namespace herald
{

struct ChangeFeedOptions
{
    std::size_t most_waiting = 1000;
    std::size_t most_waiting_of_one = 10;  // of one service
    milliseconds poll{1000};               // how late a change of another process may be noticed by those who wait
};

struct ChangesAsked
{
    ServiceId service;
    ChangeFilter filter;
    std::string after;  // a cursor; "latest": from now on; empty: from the oldest change that is kept
    std::int32_t limit = 250;
    seconds wait{0};  // for the first change
};

struct ChangePage
{
    std::vector<Change> changes;
    std::string next;       // the cursor behind them
    bool has_more = false;  // there may be more already
};

class ChangeFeed
{
public:
    static constexpr std::int32_t kMostChanges = 1000;  // of a page
    static constexpr seconds kLongestWait{25};

    // `scope` holds the polling; it outlives the feed.
    ChangeFeed(pg::Database& database, const KeyRing& keys, TaskScope& scope, ChangeFeedOptions options);
    ~ChangeFeed();
    ChangeFeed(const ChangeFeed&) = delete;
    ChangeFeed& operator=(const ChangeFeed&) = delete;

    // Ends in time for `deadline`, whatever wait says. Errors: validation (no cursor of this service), bad_request (it
    // is no longer valid: of another lineage, or older than what is kept), rate_limited and unavailable (too many
    // wait).
    Task<Result<ChangePage>> read(ChangesAsked asked, Deadline deadline);
    // This process wrote something of that service. Costs next to nothing when nobody waits for it.
    void hint(ServiceId service);
    // Whoever waits is answered now, and nobody waits any more.
    void stop();

    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

private:
    struct Waiter;

    Result<ChangePlace> place_of(const ChangesAsked& asked, const ChangeState& state) const;
    // Moves `place` behind what the page holds.
    Task<ChangePage> read_page(const ChangesAsked& asked, ChangePlace& place, ChangeState state, Deadline deadline);
    Task<Result<void>> wait_for_change(ServiceId service, ChangePlace place, Deadline until);
    Task<> poll_while_waited_for();
    Task<> poll();

    ChangeStore store_;
    ChangeHorizon horizon_;
    const KeyRing& keys_;
    TaskScope& scope_;
    const ChangeFeedOptions options_;
    std::list<Waiter*> waiting_;                                       // each lives in the frame of its wait
    std::unordered_map<ServiceId, std::size_t, UuidHash> waiting_of_;  // none is 0
    Notifier hinted_;
    bool polling_ = false;
    bool stopped_ = false;
    prometheus::Counter& read_metric_;
    prometheus::Gauge& waiting_metric_;
};

}  // namespace herald
