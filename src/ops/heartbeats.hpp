// Tells a monitor outside (Cronitor, healthchecks.io, or what speaks like them) that tasks begin and how they end, so
// that somebody hears of it when nobody leads any more.
//
// A task neither waits for its monitor nor fails with it: tell() returns at once, each call has a deadline, and a
// monitor that does not answer loses heartbeats. Those of one task go out in their order. Belongs to one Loop.
//
// Security: the URL is the operator's and holds a key. It is called wherever it points to, private addresses included,
// and is in no log line.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.hpp"
#include "runtime/http_client.hpp"
#include "runtime/stop.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

// How a monitor wants to be told.
enum class HeartbeatShape
{
    cronitor,      // URL?state=run, complete, fail; &series= the run
    healthchecks,  // URL/start, URL, URL/fail; ?rid= the run
};

enum class Heartbeat
{
    start,
    ok,
    fail,
};

// The URL to call. `url` holds {task}; the run is left out where it is not known. Pure.
std::string heartbeat_url(const std::string& url, HeartbeatShape shape, std::string_view task, Heartbeat heartbeat,
                          const std::optional<Uuid>& run);

class Heartbeats
{
public:
    struct Options
    {
        std::string url;  // with {task}; empty: nobody is told
        HeartbeatShape shape = HeartbeatShape::healthchecks;
        milliseconds call_timeout{5'000};
        int tries = 3;  // of a call that got no answer, or a 429 or 5xx
        milliseconds pause{1'000};
    };

    Heartbeats(asio::any_io_executor executor, Options options);

    [[nodiscard]] bool are_told() const { return !options_.url.empty(); }
    // Of the run, where one is known. Counted by what became of it (herald_heartbeats_sent_total).
    void tell(std::string_view task, Heartbeat heartbeat, const std::optional<Uuid>& run);
    // Nothing more is told: how tasks end that are cut off because their process stops is no news of theirs.
    void refuse() { scope_.close(); }
    // Before the end: refuses, waits for what is under way until `deadline`, then lets it go.
    Task<> close(Deadline deadline);

private:
    struct Call
    {
        std::string task;
        std::string url;
    };

    // Tells what is waiting of one task, in order, until there is nothing.
    Task<> send_all(std::string task);
    Task<bool> send(const Call& call);

    const Options options_;
    HttpClient client_;
    std::map<std::string, std::deque<Call>> waiting_;  // of the tasks that have a coroutine
    StopSource stop_;
    TaskScope scope_;
};

}  // namespace herald
