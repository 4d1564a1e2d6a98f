// Wakes the workers of other processes: what an API process queued is told by NOTIFY, outside the transaction that
// queued it (inside, it costs two to four times) and coalesced. A hint only: whoever misses it finds the work with its
// next poll.
//
// For a process without workers of its own; one that has them hints its queue directly and stays silent. Both sides
// belong to the Loop of their Database.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/uuid.hpp"
#include "runtime/stop.hpp"
#include "runtime/task_scope.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

// What one NOTIFY says. The text is "2:uuid,3:uuid" (lane and service); more places than fit into a NOTIFY are said as
// "*": look everywhere.
struct WakeMessage
{
    std::set<std::pair<std::int16_t, ServiceId>> places;
    bool everywhere = false;

    [[nodiscard]] std::string to_text() const;
    // Text that is no such message means everywhere.
    static WakeMessage parse(std::string_view text);
};

// The side that tells.
class WakeSender
{
public:
    // At most one NOTIFY at a time, and one every `pause`. `scope` holds the sending.
    WakeSender(pg::Database& database, TaskScope& scope, milliseconds pause = milliseconds(5));

    // Something was queued there. Does not wait and does not throw.
    void notify(std::int16_t lane, ServiceId service);

private:
    Task<> send_until_empty();

    pg::Database& database_;
    TaskScope& scope_;
    const milliseconds pause_;
    WakeMessage waiting_;
    bool sending_ = false;
};

// The side that is told.
class WakeListener
{
public:
    // Called on the loop for each place; and `everywhere` when any place may have work.
    using Hint = std::function<void(std::int16_t lane, ServiceId service)>;
    using Everywhere = std::function<Task<>()>;

    WakeListener(pg::Database& database, Hint hint, Everywhere everywhere);

    // Until stop is requested. Does not throw; a lost connection is listened to anew, and everywhere is looked at then.
    Task<> run(StopToken stop);

private:
    Task<> pass_on(std::vector<std::string> payloads);

    pg::Database& database_;
    Hint hint_;
    Everywhere everywhere_;
};

}  // namespace herald
