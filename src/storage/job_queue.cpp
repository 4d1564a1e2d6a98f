#include "storage/job_queue.hpp"

#include "sql/queries.hpp"
#include "storage/job_rows.hpp"

namespace herald
{

namespace
{

double in_seconds(milliseconds time)
{
    return std::chrono::duration<double>(time).count();
}

}  // namespace

Task<std::vector<ClaimedJob>> JobQueue::claim(std::int32_t most, Uuid holder, seconds lease, Deadline deadline)
{
    auto params = pg::Params::of(most, holder, in_seconds(lease));
    const auto rows = co_await database_.execute(sql::claim_jobs, std::move(params), deadline);
    std::vector<ClaimedJob> claimed;
    for (std::size_t i = 0; i < rows.size(); ++i)
        claimed.push_back(
            {read_job(rows, i), rows.get<std::int64_t>(i, "fence"), rows.get<std::int32_t>(i, "next_segment")});
    co_return claimed;
}

Task<std::optional<JobStatus>> JobQueue::start(ClaimedJob claimed, std::int32_t rows, std::int64_t message_limit,
                                               Instant now, Deadline deadline)
{
    auto params =
        pg::Params::of(claimed.job.service_id, claimed.job.id, claimed.fence, rows, message_limit, now, utc_date(now));
    const auto started = co_await database_.execute(sql::start_job, std::move(params), deadline);
    if (started.empty()) co_return std::nullopt;
    co_return parse_job_status(started.get<std::string>(0, "status"));
}

Task<bool> JobQueue::renew(ClaimedJob claimed, seconds lease, Deadline deadline)
{
    auto params = pg::Params::of(claimed.job.service_id, claimed.job.id, claimed.fence, in_seconds(lease));
    const auto rows = co_await database_.execute(sql::renew_job, std::move(params), deadline);
    co_return !rows.empty();
}

Task<bool> JobQueue::give_back(ClaimedJob claimed, bool only_if_others_wait, Deadline deadline)
{
    auto params = pg::Params::of(claimed.job.service_id, claimed.job.id, claimed.fence, only_if_others_wait);
    const auto rows = co_await database_.execute(sql::give_job_back, std::move(params), deadline);
    co_return !rows.empty();
}

Task<bool> JobQueue::end(ClaimedJob claimed, JobStatus status, std::string reason, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(claimed.job.service_id, claimed.job.id, claimed.fence, to_string(status), reason, now);
    const auto rows = co_await database_.execute(sql::end_job, std::move(params), deadline);
    co_return rows.get<std::int64_t>(0, "changed") > 0;
}

Task<std::int32_t> JobQueue::count_retry_rows(Job job, Deadline deadline)
{
    auto params = pg::Params::of(job.service_id, job.id, job.generation);
    const auto rows = co_await database_.execute(sql::count_retry_rows, std::move(params), deadline);
    co_return rows.get<std::int32_t>(0, "rows");
}

Task<std::vector<std::int32_t>> JobQueue::list_retry_rows(Job job, std::int32_t from, std::int32_t most,
                                                          Deadline deadline)
{
    auto params = pg::Params::of(job.service_id, job.id, job.generation, from, most);
    const auto rows = co_await database_.execute(sql::list_retry_rows, std::move(params), deadline);
    std::vector<std::int32_t> numbers;
    for (std::size_t i = 0; i < rows.size(); ++i) numbers.push_back(rows.get<std::int32_t>(i, std::size_t{0}));
    co_return numbers;
}

Task<std::vector<TendedJob>> JobQueue::take_to_tend(std::int32_t most, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::take_jobs_to_tend, pg::Params::of(most), deadline);
    std::vector<TendedJob> taken;
    for (std::size_t i = 0; i < rows.size(); ++i)
        taken.push_back({read_job(rows, i), rows.get<bool>(i, "sweeping"), rows.get<Instant>(i, "tend_at")});
    co_return taken;
}

Task<> JobQueue::tend_again(TendedJob tended, std::optional<milliseconds> in, bool is_swept, Deadline deadline)
{
    std::optional<double> pause;
    if (in) pause = in_seconds(*in);
    auto params = pg::Params::of(tended.job.service_id, tended.job.id, tended.tend_at, pause, is_swept);
    co_await database_.execute(sql::tend_job_again, std::move(params), deadline);
}

Task<std::int64_t> JobQueue::hold_messages(Job job, std::int32_t most, Deadline deadline)
{
    auto params = pg::Params::of(job.service_id, job.id, static_cast<std::int16_t>(job.channel), most);
    const auto rows = co_await database_.execute(sql::hold_job_messages, std::move(params), deadline);
    co_return rows.get<std::int64_t>(0, "held");
}

Task<ReleasedMessages> JobQueue::release_messages(Job job, std::int32_t most, Deadline deadline)
{
    auto params = pg::Params::of(job.service_id, job.id, most);
    const auto rows = co_await database_.execute(sql::release_job_messages, std::move(params), deadline);
    co_return ReleasedMessages{rows.get<std::int64_t>(0, "released"), rows.get<bool>(0, "has_more")};
}

Task<std::int64_t> JobQueue::cancel_held_messages(Job job, std::int32_t most, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(job.service_id, job.id, most, now);
    const auto rows = co_await database_.execute(sql::cancel_held_messages, std::move(params), deadline);
    co_return rows.get<std::int64_t>(0, "ended");
}

}  // namespace herald
