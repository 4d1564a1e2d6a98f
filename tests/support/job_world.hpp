// Jobs in a test: a database of its own, files in a folder that goes with the test, and processes that work on jobs.
//
//     in_job_world([](JobWorld& world) -> Task<>
//     {
//         const auto job = co_await world.add("phone number,name\n+12025550101,Ann\n");
//         co_await world.first.worker.run_once();
//         EXPECT_EQ((co_await world.show(job)).job.status, JobStatus::finished);
//     });
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "objects/filesystem/filesystem_object_store.hpp"
#include "operations/manage_jobs.hpp"
#include "queue/postgres_queue_store.hpp"
#include "tests/support/operations_fixture.hpp"
#include "workers/job_worker.hpp"

namespace herald::testing
{

class OwnFiles
{
public:
    OwnFiles() : path_(std::filesystem::temp_directory_path() / ("herald-jobs-" + make_uuid_v4().to_string())) {}
    OwnFiles(const OwnFiles&) = delete;
    OwnFiles& operator=(const OwnFiles&) = delete;
    ~OwnFiles()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    const std::filesystem::path path_;
};

// One process that works on jobs.
struct JobProcess
{
    JobProcess(Desk& desk, asio::any_io_executor executor, ObjectStore& objects, CpuPool& pool, JobOptions options)
        : process(executor, desk.database, objects, desk.directory, pool, test_keys(), desk.clock, desk.zone, {},
                  options, [this](Lane, ServiceId) { ++hints; }),
          tend(desk.database, desk.clock),
          worker(executor, process, tend, {})
    {
    }

    ProcessJobs process;
    TendJobs tend;
    JobWorker worker;
    int hints = 0;
};

class JobWorld
{
public:
    JobWorld(Desk& desk, TestService of, asio::any_io_executor executor)
        : at(desk),
          service(std::move(of)),
          pool(2, 64),
          objects(files.path(), pool),
          first(desk, executor, objects, pool, options()),
          second(desk, executor, objects, pool, options()),
          jobs(desk.database),
          queue(desk.database),
          deliveries(desk.database)
    {
    }

    // Small, so that a handful of rows are several batches.
    static JobOptions options()
    {
        JobOptions made;
        made.batch_rows = 4;
        made.turn_rows = 8;
        return made;
    }

    [[nodiscard]] JobContext context() { return {at.database, objects, at.directory, at.clock.now(), soon()}; }

    // A file with so many good rows.
    static std::string rows(int count)
    {
        std::string text = "phone number,name\r\n";
        for (int i = 0; i < count; ++i) text += fmt::format("+1202867{:04},Person {}\r\n", 6000 + i, i);
        return text;
    }

    Task<Job> add(std::string file, std::optional<Instant> scheduled_for = std::nullopt,
                  const TestService* of = nullptr)
    {
        const TestService& owner = of == nullptr ? service : *of;
        const JobId id{make_uuid_v4()};
        const auto count = std::max<std::ptrdiff_t>(0, std::ranges::count(file, '\n') - 1);
        ObjectMetadata metadata{{"notification_count", std::to_string(count)},
                                {"template_id", owner.sms.to_string()},
                                {"valid", "True"},
                                {"original_file_name", "people%20%C3%A9.csv"}};
        co_await objects.put(job_object_key(owner.service.id, id), std::move(file), std::move(metadata), soon());
        NewJob wanted;
        wanted.id = id;
        wanted.scheduled_for = scheduled_for;
        const auto made = co_await create_job(context(), owner.service.id, wanted);
        if (!made) throw std::logic_error(made.error().message);
        co_return *made;
    }

    Task<JobReport> show(Job job) { co_return (co_await find_job(context(), job.service_id, job.id)).value(); }

    Task<std::int64_t> messages(Job job, NotificationStatus status)
    {
        for (const auto& one : (co_await show(job)).statistics)
            if (one.status == status) co_return one.count;
        co_return 0;
    }

    // Both do what there is to do until there is nothing.
    Task<> work()
    {
        while (true)
        {
            const auto claimed = co_await first.process.claim(4, soon());
            if (claimed.empty()) break;
            StopSource never(co_await asio::this_coro::executor);
            for (const auto& one : claimed) co_await first.process.run(one, never.token());
        }
    }

    // What a worker would be handed now.
    Task<std::vector<ClaimedDelivery>> claim_deliveries(std::int32_t most = 1000)
    {
        std::vector<ClaimAsk> asked;
        for (const auto lane : {Lane::bulk, Lane::test})
            asked.push_back({{{static_cast<std::int16_t>(lane), service.service.id}, std::int16_t{2}},
                             Uuid{},
                             most,
                             "sms",
                             "",
                             ""});
        return deliveries.claim(std::move(asked), make_uuid_v4(), seconds(120), at.clock.now(), soon());
    }

    Task<std::int64_t> number(std::string query)
    {
        const auto& [text, name] = *asked_.emplace(std::move(query), fmt::format("t_number_{}", asked_.size())).first;
        const auto rows = co_await at.database.execute(pg::Statement{name, text}, pg::Params(), soon());
        co_return rows.get<std::int64_t>(0, std::size_t{0});
    }
    Task<> run_sql(std::string script) { return at.database.run_script(std::move(script), soon()); }

    Desk& at;
    TestService service;
    OwnFiles files;
    CpuPool pool;
    FilesystemObjectStore objects;
    JobProcess first;
    JobProcess second;
    JobStore jobs;
    JobQueue queue;
    PostgresQueueStore deliveries;

private:
    std::map<std::string, std::string> asked_;  // the name of each statement; kept, as statements are
};

inline void in_job_world(const std::function<Task<>(JobWorld&)>& body)
{
    with_desk(
        [&](Desk& desk, const TestService& service) -> Task<>
        {
            co_await desk.database.run_script("SELECT maintain_partitions('2026-11-23', 12)", soon());
            JobWorld world(desk, service, co_await asio::this_coro::executor);
            co_await body(world);
            EXPECT_EQ(co_await ledger_differences(desk.database), 0U);
            co_await world.objects.close(soon());
        });
}

}  // namespace herald::testing
