#include "app/scheduler_role.hpp"

#include "app/options.hpp"
#include "app/upload_stores.hpp"
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
          files(loop.executor(), settings),
          locks(loop.executor(), database_options(settings, kRole, 1)),
          heartbeats(loop.executor(), heartbeat_options(settings)),
          runner(task_context(settings, keys), locks, clock, &heartbeats, {.holder = name_of_this_process()}),
          scheduler(loop.executor(), leader, runner, clock, schedule(), {})
    {
    }

    TaskContext task_context(const Settings& settings, const KeyRing& keys)
    {
        TaskContext context{database, zone, &keys};
        context.time_out = std::chrono::hours(settings.delivery.time_out_hours);
        if (!has_object_store(settings)) return context;
        context.objects = &files.uploads();
        context.contact_list_files = &files.contact_lists();
        return context;
    }

    pg::Database database;
    const TimeZone zone;
    Leader leader;
    UploadStores files;
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
    parts_->heartbeats.refuse();
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
    co_await parts_->files.close(deadline_in(kConnectTimeout));
    co_await parts_->heartbeats.close(deadline_in(kLastHeartbeats));
}

}  // namespace herald
