#include "operations/process_jobs.hpp"

#include <utility>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "operations/job_commit.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

namespace
{

constexpr auto kLookUpTimeout = seconds(10);
constexpr auto kLongestStatement = seconds(20);

prometheus::Histogram& batch_seconds()
{
    static auto& histogram = metrics::latency("herald_job_batch_seconds", "Time to commit a batch of a job's rows");
    return histogram;
}

std::string_view to_string(JobTurn turn)
{
    switch (turn)
    {
        case JobTurn::finished:
            return "finished";
        case JobTurn::limits_exceeded:
            return "limits_exceeded";
        case JobTurn::cancelled:
            return "cancelled";
        case JobTurn::error:
            return "error";
        case JobTurn::given_back:
            return "given_back";
        case JobTurn::lost:
            break;
    }
    return "lost";
}

void note_turn(JobTurn turn, const Job& job)
{
    metrics::counter("herald_job_turns_total", "Turns of jobs in this process, by how they ended",
                     {{"outcome", std::string(to_string(turn))}})
        .Increment();
    log::info("a job's turn ended", {{"job", job.id.to_string()},
                                     {"service_id", job.service_id.to_string()},
                                     {"outcome", to_string(turn)},
                                     {"next_row", job.next_row}});
}

}  // namespace

// One batch waits while another is written and a third is drafted.
struct ProcessJobs::Pipeline
{
    std::optional<JobBatch> waiting;
    std::optional<Error> error;
    std::exception_ptr failure;
    bool has_ended = false;  // nothing comes any more
    bool is_unwanted = false;
    Notifier changed;
};

ProcessJobs::ProcessJobs(asio::any_io_executor executor, pg::Database& database, ObjectStore& objects,
                         ServiceDirectory& directory, CpuPool& pool, const KeyRing& keys, const Clock& clock,
                         const TimeZone& zone, AcceptOptions accept, JobOptions options, Written written)
    : executor_(std::move(executor)),
      database_(database),
      queue_(database),
      templates_(database),
      objects_(objects),
      directory_(directory),
      clock_(clock),
      accept_(std::move(accept)),
      options_(options),
      desk_{keys, clock, zone, accept_, pool, options.batch_rows},
      written_(std::move(written))
{
    batch_seconds();  // shown from the start, as what has no labels is
}

Task<std::vector<ClaimedJob>> ProcessJobs::claim(std::size_t most, Deadline deadline)
{
    return queue_.claim(static_cast<std::int32_t>(most), holder_, options_.lease, deadline);
}

Task<JobTurn> ProcessJobs::run(ClaimedJob claimed, StopToken stop)
{
    const auto turn = co_await work(claimed, stop);
    note_turn(turn, claimed.job);
    co_return turn;
}

Task<JobTurn> ProcessJobs::work(ClaimedJob& claimed, const StopToken& stop)
{
    const auto sender = co_await find_sender(claimed.job);
    if (!sender) co_return co_await end(claimed, JobStatus::cancelled, sender.error().message);
    if (claimed.job.status != JobStatus::in_progress)
    {
        if (const auto over = co_await begin(claimed, *sender)) co_return *over;
    }
    co_return co_await write_all(claimed, *sender, stop);
}

// What people have switched off since the job was made cancels it.
Task<Result<JobSender>> ProcessJobs::find_sender(const Job& job)
{
    JobSender sender;
    sender.service = co_await directory_.service(job.service_id, deadline_in(kLookUpTimeout));
    if (!sender.service || !sender.service->service().active)
        co_return fail(ErrorKind::conflict, "The service is inactive");
    if (auto permitted = check_permission(sender.service->service(), job.channel); !permitted)
        co_return Failure(permitted.error());
    const auto current = co_await templates_.find(job.service_id, job.template_id, deadline_in(kLookUpTimeout));
    if (!current || (current->archived && job.status != JobStatus::in_progress))
        co_return fail(ErrorKind::conflict, "The template has been deleted");
    sender.from_template = co_await directory_.template_version(job.service_id, job.template_id, job.template_version,
                                                                deadline_in(kLookUpTimeout));
    if (!sender.from_template) co_return fail(ErrorKind::conflict, "The template has been deleted");
    co_return sender;
}

// Looks at all of the file before anything of it is sent. nullopt: the job is to be written.
Task<std::optional<JobTurn>> ProcessJobs::begin(ClaimedJob& claimed, const JobSender& sender)
{
    Deadline renew_at = deadline_in(options_.lease / 3);
    std::function<Task<bool>()> still_ours = [&]() -> Task<bool>
    {
        if (monotonic_now() < renew_at) co_return true;
        renew_at = deadline_in(options_.lease / 3);
        co_return co_await queue_.renew(claimed, options_.lease, deadline_in(kLongestStatement));
    };
    auto rows = co_await survey_job_file(objects_, desk_, sender, claimed.job, std::move(still_ours));
    if (!rows && rows.error().kind == ErrorKind::conflict) co_return JobTurn::lost;
    if (!rows) co_return co_await end(claimed, JobStatus::error, rows.error().message);
    if (claimed.job.generation > 1)
        rows = co_await queue_.count_retry_rows(claimed.job, deadline_in(kLongestStatement));
    const std::int32_t counted = claimed.job.key_type == KeyType::test ? 0 : *rows;
    const auto status = co_await queue_.start(claimed, counted, sender.service->service().message_limit, clock_.now(),
                                              deadline_in(kLongestStatement));
    if (!status) co_return JobTurn::lost;
    if (*status == JobStatus::sending_limits_exceeded) co_return JobTurn::limits_exceeded;
    claimed.job.status = *status;
    co_return std::nullopt;
}

Task<JobTurn> ProcessJobs::write_all(ClaimedJob& claimed, const JobSender& sender, const StopToken& stop)
{
    JobFeed feed(desk_, queue_, objects_, sender, claimed);
    Pipeline pipeline;
    TaskScope drafting(executor_);
    drafting.spawn("job_feed", draft_all(feed, pipeline));
    drafting.close();
    std::optional<JobTurn> turn;
    std::exception_ptr failure;
    try
    {
        turn = co_await commit_all(claimed, pipeline, stop);
    }
    catch (const std::exception&)
    {
        failure = std::current_exception();
    }
    pipeline.is_unwanted = true;
    pipeline.changed.notify_all();
    while (!co_await drafting.join(deadline_in(kLongestStatement)))
    {
        // Each await in there has a deadline.
    }
    if (failure) std::rethrow_exception(failure);
    co_return *turn;
}

Task<> ProcessJobs::draft_all(JobFeed& feed, Pipeline& pipeline)
{
    try
    {
        while (!pipeline.is_unwanted)
        {
            auto batch = co_await feed.next();
            if (!batch) pipeline.error = batch.error();
            if (!batch || !*batch) break;
            while (pipeline.waiting && !pipeline.is_unwanted)
                co_await pipeline.changed.wait(deadline_in(kLongestStatement));
            pipeline.waiting = std::move(**batch);
            pipeline.changed.notify_all();
        }
    }
    catch (const std::exception&)
    {
        pipeline.failure = std::current_exception();
    }
    pipeline.has_ended = true;
    pipeline.changed.notify_all();
}

Task<JobTurn> ProcessJobs::commit_all(ClaimedJob& claimed, Pipeline& pipeline, const StopToken& stop)
{
    std::int32_t rows = 0;
    while (true)
    {
        while (!pipeline.waiting && !pipeline.has_ended)
        {
            if (co_await pipeline.changed.wait(deadline_in(options_.lease / 3))) continue;
            // To pass over the rows that are done may take longer than a lease, when they are millions.
            if (!co_await queue_.renew(claimed, options_.lease, deadline_in(kLongestStatement)))
                co_return JobTurn::lost;
        }
        if (!pipeline.waiting) break;
        auto batch = *std::exchange(pipeline.waiting, std::nullopt);
        pipeline.changed.notify_all();
        const std::int32_t next_row = batch.next_row;
        rows += next_row - batch.first_row;
        if (!co_await commit(claimed, std::move(batch))) co_return JobTurn::lost;
        claimed.job.next_row = next_row;
        const bool turn_is_over = rows >= options_.turn_rows;
        if (!turn_is_over && !stop.requested()) continue;
        rows = 0;
        if (co_await queue_.give_back(claimed, !stop.requested(), deadline_in(kLongestStatement)))
            co_return JobTurn::given_back;
        if (stop.requested()) co_return JobTurn::lost;
    }
    if (pipeline.failure) std::rethrow_exception(pipeline.failure);
    if (pipeline.error) co_return co_await end(claimed, JobStatus::error, pipeline.error->message);
    co_return co_await end(claimed, JobStatus::finished, "");
}

// A row that the database cannot take is found by halves, and refused alone.
Task<bool> ProcessJobs::commit(const ClaimedJob& claimed, JobBatch batch)
{
    try
    {
        co_return co_await commit_once(claimed, batch);
    }
    catch (const pg::SqlError& error)
    {
        if (!error.is_about_a_row() || batch.messages.empty()) throw;
        log::error("a job's rows were refused by the database",
                   {{"statement", error.statement}, {"sqlstate", error.sqlstate}, {"rows", batch.messages.size()}});
    }
    if (batch.messages.size() == 1)
    {
        const auto number = *batch.messages.front().job_row_number;
        batch.messages.clear();
        batch.refused.push_back({number, "The row could not be stored"});
        co_return co_await commit_once(claimed, batch);
    }
    auto second = split_batch(batch);
    if (!co_await commit(claimed, std::move(batch))) co_return false;
    co_return co_await commit(claimed, std::move(second));
}

Task<bool> ProcessJobs::commit_once(const ClaimedJob& claimed, JobBatch& batch)
{
    const auto begun = monotonic_now();
    const auto written = co_await commit_job_batch(database_, claimed, batch, options_, clock_.now());
    if (!written) co_return false;
    batch_seconds().Observe(std::chrono::duration<double>(monotonic_now() - begun).count());
    const auto count = [](const char* outcome, std::size_t rows)
    {
        metrics::counter("herald_job_rows_total", "Rows of jobs that became messages or were refused",
                         {{"outcome", outcome}})
            .Increment(static_cast<double>(rows));
    };
    count("written", batch.messages.size());
    count("refused", batch.refused.size());
    for (const auto& lane : *written) written_(lane, claimed.job.service_id);
    co_return true;
}

Task<JobTurn> ProcessJobs::end(const ClaimedJob& claimed, JobStatus status, std::string reason)
{
    const bool ours =
        co_await queue_.end(claimed, status, std::move(reason), clock_.now(), deadline_in(kLongestStatement));
    if (!ours) co_return JobTurn::lost;
    if (status == JobStatus::finished) co_return JobTurn::finished;
    co_return status == JobStatus::cancelled ? JobTurn::cancelled : JobTurn::error;
}

}  // namespace herald
