#include "app/scheduler_role.hpp"

#include "app/options.hpp"
#include "ops/scheduler.hpp"

namespace herald
{

namespace
{

constexpr std::string_view kRole = "scheduler";
constexpr std::int64_t kLeaderLock = 0x4865'7261'6C65;  // "Herale": beside the migrator's, any number nobody else takes

constexpr auto kLastHeartbeats = seconds(2);

}  // namespace

struct SchedulerRole::Parts
{
    Parts(const Settings& settings, const Clock& clock, const KeyRing& keys, Loop& loop)
        : database(loop.executor(), database_options(settings, kRole, 2)),
          zone(settings.time_zone),
          leader(loop.executor(), database_options(settings, kRole, 1), kLeaderLock),
          locks(loop.executor(), database_options(settings, kRole, 1)),
          heartbeats(loop.executor(), heartbeat_options(settings)),
          runner(context(settings, keys), locks, clock, &heartbeats, {.holder = name_of_this_process()}),
          scheduler(loop.executor(), leader, runner, clock, schedule(), {})
    {
    }

    TaskContext context(const Settings& settings, const KeyRing& keys)
    {
        TaskContext made{database, zone, &keys};
        made.time_out = std::chrono::hours(settings.delivery.time_out_hours);
        return made;
    }

    pg::Database database;
    const TimeZone zone;
    Leader leader;
    TaskLocks locks;
    Heartbeats heartbeats;
    TaskRunner runner;
    Scheduler scheduler;
};

SchedulerRole::SchedulerRole(const Settings& settings, const Clock& clock, const KeyRing& keys)
    : Role(kRole), parts_(std::make_unique<Parts>(settings, clock, keys, loop()))
{
}

SchedulerRole::~SchedulerRole()
{
    halt();
}

// A task may take minutes, and a stop seconds. Each may be cut off at any line: its statements fail, and it is run
// again.
Task<> SchedulerRole::close_at_stop(StopToken stop)
{
    co_await stop.wait();
    parts_->database.close();
}

Task<> SchedulerRole::open()
{
    co_await parts_->database.connect(deadline_in(kConnectTimeout));
}

Task<> SchedulerRole::run(StopToken stop)
{
    scope().spawn("scheduler_stop", close_at_stop(stop));
    co_await parts_->scheduler.run(std::move(stop));
    co_await parts_->heartbeats.close(deadline_in(kLastHeartbeats));
}

}  // namespace herald
