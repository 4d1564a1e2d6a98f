#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <boost/algorithm/string/replace.hpp>

#include "app/bench/bench.hpp"
#include "app/bench/site.hpp"
#include "app/job_part.hpp"
#include "app/node.hpp"
#include "app/options.hpp"
#include "embedded/files.hpp"
#include "objects/filesystem/filesystem_object_store.hpp"
#include "operations/manage_jobs.hpp"
#include "runtime/task_scope.hpp"
#include "sql/queries.hpp"

namespace herald::bench
{

namespace
{

constexpr auto kTimeout = seconds(60);
constexpr auto kLongestRun = std::chrono::minutes(10);
constexpr auto kLook = milliseconds(10);
constexpr std::size_t kPiece = 64UL << 10;  // of the file that is made

struct JobFigures
{
    double queued_per_s = 0;
    double ceiling_rows_per_s = 0;
    double delivered_per_s = 0;
    double rss_growth_mb = 0;
    std::uint64_t undelivered = 0;
};

double seconds_since(Deadline start)
{
    return std::chrono::duration<double>(monotonic_now() - start).count();
}

double resident_now_mb()
{
    std::ifstream status("/proc/self/status");
    std::string word;
    double kilobytes = 0;
    while (status >> word)
    {
        if (word == "VmRSS:" && status >> kilobytes) return kilobytes / 1024;
    }
    return 0;
}

// From now on resident_mb() says the most since now.
void forget_peak_memory()
{
    std::ofstream("/proc/self/clear_refs") << "5";
}

// Works on jobs and delivers nothing.
class JobsOnly final : public Role
{
public:
    JobsOnly(const Settings& settings, const KeyRing& keys)
        : Role("jobs"), part_(loop().executor(), settings, clock_, keys, [](Lane, ServiceId) {})
    {
    }
    ~JobsOnly() override { halt(); }

private:
    Task<> open() override { return part_.open(); }
    Task<> run(StopToken stop) override { return part_.run(std::move(stop)); }

    const SystemClock clock_;
    JobPart part_;
};

Task<> write_file(ObjectStore& objects, std::string key, std::size_t rows)
{
    auto writer = co_await objects.create(std::move(key), {}, deadline_in(kTimeout));
    std::string piece = "phone number,name\r\n";
    for (std::size_t i = 0; i < rows; ++i)
    {
        piece += fmt::format("+1202{}{:04},Person {}\r\n", 200 + i / 10'000 % 700, i % 10'000, i);
        if (piece.size() < kPiece) continue;
        co_await writer->write(std::move(piece), deadline_in(kTimeout));
        piece.clear();
    }
    co_await writer->write(std::move(piece), deadline_in(kTimeout));
    co_await writer->commit(deadline_in(kTimeout));
}

JobId add_job(const Site& site, const Settings& settings, std::size_t rows)
{
    const auto& demo = site.demo().demo;
    const JobId id{make_uuid_v4()};
    site.with_database(1,
                       [&](pg::Database& database) -> Task<>
                       {
                           CpuPool pool(1, 16);
                           FilesystemObjectStore objects(settings.objects.folder, pool);
                           const SystemClock clock;
                           ServiceDirectory directory(database, site.keys(), clock, directory_options(settings));
                           Job job;
                           job.id = id;
                           job.service_id = demo.service_id;
                           job.template_id = demo.templates.sms;
                           job.original_file_name = "bench.csv";
                           job.object_key = job_object_key(job.service_id, job.id);
                           job.notification_count = static_cast<std::int32_t>(rows);
                           co_await write_file(objects, job.object_key, rows);
                           const JobContext context{database, objects, directory, clock.now(), deadline_in(kTimeout)};
                           const auto added = co_await herald::add_job(context, std::move(job));
                           if (!added) throw std::runtime_error(added.error().message);
                           co_await objects.close(deadline_in(kTimeout));
                       });
    return id;
}

// Until all rows of the job are messages.
void wait_until_queued(const Site& site, JobId id, std::size_t rows)
{
    const auto service = site.demo().demo.service_id;
    site.with_database(1,
                       [&](pg::Database& database) -> Task<>
                       {
                           JobStore jobs(database);
                           const Deadline until = deadline_in(kLongestRun);
                           auto job = co_await jobs.find(service, id, deadline_in(kTimeout));
                           while (!job->processing_finished && monotonic_now() < until)
                           {
                               co_await sleep_for(kLook);
                               job = co_await jobs.find(service, id, deadline_in(kTimeout));
                           }
                           if (job->rows_written != static_cast<std::int32_t>(rows))
                               throw std::runtime_error(fmt::format("the job is {} after {} rows ({} refused): {}",
                                                                    to_string(job->status), job->rows_written,
                                                                    job->rows_refused, job->reason));
                       });
}

void measure_queueing(const Site& site, const Settings& settings, std::size_t rows, JobFigures& figures)
{
    const auto id = add_job(site, settings, rows);
    const double before = resident_now_mb();
    forget_peak_memory();
    const Deadline start = monotonic_now();
    JobsOnly jobs(settings, site.keys());
    if (auto started = jobs.start(kTimeout); !started) throw std::runtime_error(started.error().message);
    wait_until_queued(site, id, rows);
    figures.queued_per_s = static_cast<double>(rows) / seconds_since(start);
    figures.rss_growth_mb = resident_mb() - before;
}

double run_script(const Site& site, std::string_view script)
{
    double taken = 0;
    site.with_database(1,
                       [&](pg::Database& database) -> Task<>
                       {
                           const auto shown =
                               co_await database.execute(sql::bench_server_folder, pg::Params(), deadline_in(kTimeout));
                           const auto text = boost::replace_all_copy(std::string(script), "{folder}",
                                                                     shown.get<std::string>(0, std::size_t{0}));
                           const Deadline start = monotonic_now();
                           co_await database.run_script(text, deadline_in(kLongestRun));
                           taken = seconds_since(start);
                       });
    return taken;
}

void measure_delivering(const Site& site, const Settings& settings, std::size_t rows, JobFigures& figures)
{
    const auto service = site.demo().demo.service_id;
    const auto id = add_job(site, settings, rows);
    const Deadline start = monotonic_now();
    Node node(settings, site.keys(), RoleSet{.worker = true, .scheduler = true}, nullptr);
    if (auto started = node.start(); !started) throw std::runtime_error(started.error().message);
    wait_until_queued(site, id, rows);
    while (ask(site, sql::bench_count_unfinished, service) > 0 && seconds_since(start) < 600)
        std::this_thread::sleep_for(kLook * 10);
    figures.delivered_per_s = static_cast<double>(rows) / seconds_since(start);
    figures.undelivered = rows - static_cast<std::uint64_t>(ask(site, sql::bench_count_delivered, service));
    node.stop();
}

Report measure(const Site& site, const BenchOptions& options)
{
    const std::size_t rows = options.job_rows;
    Settings settings = site.settings();
    settings.objects.folder = (site.folder() / "objects").string();
    JobFigures figures;
    options.progress(fmt::format("a job of {} rows, to all queued", rows));
    measure_queueing(site, settings, rows, figures);
    options.progress("the same rows by COPY");
    run_script(site, embedded::job_rows_out_sql);
    figures.ceiling_rows_per_s = static_cast<double>(rows) / run_script(site, embedded::job_rows_in_sql);
    run_script(site, embedded::job_rows_out_sql);
    options.progress("a job of as many rows, to all delivered");
    measure_delivering(site, settings, rows, figures);
    return {"job",
            {{"rows", static_cast<std::uint64_t>(rows), "rows of the file"},
             {"queued_per_s", figures.queued_per_s, "rows a second from the file to all queued, durable"},
             {"ceiling_rows_per_s", figures.ceiling_rows_per_s, "the same rows a second by COPY"},
             {"delivered_per_s", figures.delivered_per_s, "rows a second from the file to all delivered, by capture"},
             {"rss_growth_mb", figures.rss_growth_mb, "MB by which resident memory grew at most while queueing"},
             {"undelivered", figures.undelivered, "of them not delivered: anything but 0 is a fault"}}};
}

}  // namespace

Result<Report> run_job_bench(const BenchOptions& options)
{
    return with_site(options, [&](const Site& site) { return measure(site, options); });
}

}  // namespace herald::bench
