// Tells processes that died from those that live, so that what they held is taken over within seconds instead of at the
// end of their leases.
//
// A process that claims holds an advisory lock of PostgreSQL on a connection of its own; the lock goes with the
// connection, and so with the process. The names under which it claims begin with the key of its lock. Who finds a
// lock free twice, some seconds apart, takes the leases over: its messages are in doubt.
//
// A lock that is free does not prove a death: the connection may have been lost alone, or the server restarted. Nothing
// is sent twice by that mistake. The message is not offered again before the lease would have ended, which is as long
// as its holder may still offer it; an acceptance that the holder records meanwhile settles the doubt. The mistake
// costs the pause that every doubt costs. Belongs to one Loop.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "runtime/stop.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

class HolderPresence
{
public:
    struct Options
    {
        milliseconds every{1000};       // how often the lock is made sure of
        milliseconds look_every{4000};  // for others that are gone; a death is noticed by the second look
        seconds uncertain_pause{120};   // as QueueOptions has it
        seconds timeout{10};
        std::int32_t batch = 2'000;
    };

    // `lock` says where; one connection is opened to it. `queue` is whose leases are taken over.
    HolderPresence(asio::any_io_executor executor, pg::DatabaseOptions lock, pg::Database& queue, const Clock& clock,
                   Options options);

    // A name for a claim of this process: QueueOptions::name_claim. While the lock is not held, one whose leases end by
    // time alone.
    [[nodiscard]] Uuid name_claim() const;
    // Makes sure of the lock. False: this process is not known to live. Does not throw.
    Task<bool> hold(Deadline deadline);
    // One look; takes over from those that were gone at the look before as well. How many messages.
    Task<std::int64_t> recover(Deadline deadline);
    // Both, until stop is requested; the lock is given back then. Does not throw.
    Task<> run(StopToken stop);
    Task<> leave(Deadline deadline);

private:
    pg::Database lock_database_;
    pg::Database& queue_;
    const Clock& clock_;
    const Options options_;
    const Uuid name_;  // version 8; its first 48 bits are this process's
    std::optional<pg::Transaction> lock_;
    std::set<std::int64_t> absent_;  // at the last look
};

}  // namespace herald
