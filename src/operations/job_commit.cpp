#include "operations/job_commit.hpp"

#include <iterator>

#include "operations/process_jobs.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr int kTries = 3;  // when another transaction was in the way

Task<> write_messages(pg::Transaction& transaction, JobBatch& batch, bool is_slowed, std::set<Lane>& lanes,
                      Deadline deadline)
{
    std::vector<const NewNotification*> rows;
    rows.reserve(batch.messages.size());
    for (auto& message : batch.messages)
    {
        message.is_held = is_slowed;
        if (!is_slowed) lanes.insert(message.lane);
        rows.push_back(&message);
    }
    auto params = accept_params(rows);
    const auto written = co_await transaction.execute(sql::accept_notifications, std::move(params), deadline);
    for (std::size_t i = 0; i < written.size(); ++i)
    {
        if (const auto why = written.get<std::optional<std::string>>(i, 3)) count_suppressed(*why);
    }
}

Task<> write_refused(pg::Transaction& transaction, const Job& job, const JobBatch& batch, Deadline deadline)
{
    std::vector<std::int32_t> numbers;
    std::vector<std::string> reasons;
    for (const auto& row : batch.refused)
    {
        numbers.push_back(row.row_number);
        reasons.push_back(row.reason);
    }
    co_await transaction.execute(sql::refuse_job_rows, pg::Params::of(job.service_id, job.id, numbers, reasons),
                                 deadline);
}

Task<std::optional<std::set<Lane>>> try_commit(pg::Database& database, const ClaimedJob& claimed, JobBatch& batch,
                                               const JobOptions& options, Instant now)
{
    const Job& job = claimed.job;
    const Deadline deadline = deadline_in(options.commit_timeout);
    auto transaction = co_await database.begin(deadline);
    auto progress = pg::Params::of(job.service_id, job.id, claimed.fence, batch.first_row, batch.next_row,
                                   static_cast<std::int32_t>(batch.messages.size()),
                                   static_cast<std::int32_t>(batch.refused.size()),
                                   std::chrono::duration<double>(options.lease).count(), now);
    const auto advanced = co_await transaction.execute(sql::advance_job, std::move(progress), deadline);
    if (advanced.empty()) co_return std::nullopt;
    if (batch.segment.is_new)
    {
        auto opened = pg::Params::of(job.service_id, job.id, batch.segment.number, job.generation,
                                     batch.segment.started_at, batch.first_row);
        co_await transaction.execute(sql::open_job_segment, std::move(opened), deadline);
    }
    std::set<Lane> lanes;
    if (!batch.messages.empty())
        co_await write_messages(transaction, batch, advanced.get<bool>(0, "is_slowed"), lanes, deadline);
    if (!batch.refused.empty()) co_await write_refused(transaction, job, batch, deadline);
    co_await transaction.commit(deadline);
    co_return lanes;
}

}  // namespace

Task<std::optional<std::set<Lane>>> commit_job_batch(pg::Database& database, const ClaimedJob& claimed, JobBatch& batch,
                                                     const JobOptions& options, Instant now)
{
    for (int attempt = 1;; ++attempt)
    {
        try
        {
            co_return co_await try_commit(database, claimed, batch, options, now);
        }
        catch (const pg::SqlError& error)
        {
            if (!error.is_retryable() || attempt == kTries) throw;
        }
    }
}

JobBatch split_batch(JobBatch& batch)
{
    const auto half = static_cast<std::ptrdiff_t>(batch.messages.size() / 2);
    JobBatch second;
    second.segment = batch.segment;
    second.segment.is_new = false;
    second.next_row = batch.next_row;
    second.messages.assign(std::make_move_iterator(batch.messages.begin() + half),
                           std::make_move_iterator(batch.messages.end()));
    batch.messages.resize(static_cast<std::size_t>(half));
    second.first_row = *second.messages.front().job_row_number;
    batch.next_row = second.first_row;
    const auto belongs_to_second = [&](const RefusedRow& row)
    {
        return row.row_number >= second.first_row;
    };
    for (auto& row : batch.refused)
        if (belongs_to_second(row)) second.refused.push_back(row);
    std::erase_if(batch.refused, belongs_to_second);
    return second;
}

}  // namespace herald
