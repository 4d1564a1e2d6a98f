#include "app/job_part.hpp"

#include "app/objects.hpp"
#include "app/options.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kMostWaiting = 256;  // slices of rows and pieces of files
constexpr int kConnections = 2;            // one batch commits while another begins

JobWorker::Options worker_options(const Settings& settings)
{
    JobWorker::Options options;
    options.concurrency = static_cast<std::size_t>(settings.jobs.concurrency);
    return options;
}

}  // namespace

// In the order of construction: each uses those above it.
struct JobPart::Parts
{
    Parts(asio::any_io_executor executor, const Settings& settings, const Clock& clock, const KeyRing& keys,
          std::function<void(Lane, ServiceId)> written)
        : zone(settings.time_zone),
          database(executor, database_options(settings, "jobs", kConnections)),
          directory(database, keys, clock, directory_options(settings)),
          files(1, kMostWaiting),
          objects(make_object_store(executor, settings, files)),
          pool(1, kMostWaiting),
          process(executor, database, *objects, directory, pool, keys, clock, zone, accept_options(settings),
                  job_options(settings), std::move(written)),
          tend(database, clock),
          worker(executor, process, tend, worker_options(settings))
    {
    }

    const TimeZone zone;
    pg::Database database;
    ServiceDirectory directory;
    CpuPool files;
    std::unique_ptr<ObjectStore> objects;
    CpuPool pool;
    ProcessJobs process;
    TendJobs tend;
    JobWorker worker;
};

JobPart::JobPart(asio::any_io_executor executor, const Settings& settings, const Clock& clock, const KeyRing& keys,
                 std::function<void(Lane, ServiceId)> written)
    : parts_(std::make_unique<Parts>(std::move(executor), settings, clock, keys, std::move(written)))
{
}

JobPart::~JobPart() = default;

Task<> JobPart::open()
{
    co_await parts_->database.connect(deadline_in(kConnectTimeout));
}

Task<> JobPart::run(StopToken stop)
{
    co_await parts_->worker.run(std::move(stop));
    co_await parts_->objects->close(deadline_in(kConnectTimeout));
}

void JobPart::wake()
{
    parts_->worker.wake();
}

}  // namespace herald
