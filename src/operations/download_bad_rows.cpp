#include <algorithm>

#include "domain/recipient_lists/csv_writer.hpp"
#include "operations/manage_jobs.hpp"

namespace herald
{

namespace
{

constexpr std::int32_t kPage = 1000;
constexpr std::size_t kPiece = 64UL << 10;  // of the file that is made

class BadRowsOfJob final : public BadRows
{
public:
    BadRowsOfJob(pg::Database& database, Job job, std::unique_ptr<ObjectReader> object)
        : jobs_(database), job_(std::move(job)), object_(std::move(object)), list_(options())
    {
    }

    Task<std::string> next(Deadline deadline) override
    {
        std::string piece;
        while (!has_ended_ && piece.size() < kPiece)
        {
            if (refused_.empty()) co_await find_refused(deadline);
            if (refused_.empty() && writer_) break;
            auto row = list_.next();
            if (row)
                add(*row, piece);
            else if (is_at_end_)
                has_ended_ = true;
            else
                co_await read_more(deadline);
        }
        co_return piece;
    }

private:
    // Each row counts, whatever it holds: what was refused is known already.
    RecipientListOptions options() const
    {
        RecipientListOptions made;
        made.channel = job_.channel;
        made.max_rows = static_cast<std::size_t>(kMostJobRows);
        made.max_bytes = 8UL << 30;
        made.allow_international = true;
        return made;
    }

    void add(const RecipientRow& row, std::string& piece)
    {
        if (!writer_) piece += writer_.emplace(list_.columns()).header();
        const auto number = static_cast<std::int32_t>(row.number);
        while (!refused_.empty() && refused_.back().row_number < number) refused_.pop_back();
        if (refused_.empty() || refused_.back().row_number != number) return;
        piece += writer_->row(row.cells, refused_.back().reason);
        after_ = number;
        refused_.pop_back();
    }

    Task<> find_refused(Deadline deadline)
    {
        refused_ = co_await jobs_.refused_rows(job_.service_id, job_.id, after_, kPage, deadline);
        std::ranges::reverse(refused_);
    }

    Task<> read_more(Deadline deadline)
    {
        const auto bytes = co_await object_->read(deadline);
        is_at_end_ = bytes.empty();
        is_at_end_ ? list_.finish() : list_.feed(bytes);
    }

    JobStore jobs_;
    const Job job_;
    std::unique_ptr<ObjectReader> object_;
    RecipientListReader list_;
    std::optional<BadRowsWriter> writer_;  // once the columns are known
    std::vector<RefusedRow> refused_;      // the next ones, the last of them first
    std::int32_t after_ = -1;
    bool is_at_end_ = false;
    bool has_ended_ = false;
};

}  // namespace

Task<Result<std::unique_ptr<BadRows>>> download_bad_rows(JobContext context, ServiceId service, JobId id)
{
    auto job = co_await JobStore(context.database).find(service, id, context.deadline);
    if (!job) co_return fail(ErrorKind::not_found, "No result found");
    auto object = co_await context.objects.open(job->object_key, context.deadline);
    if (!object) co_return fail(ErrorKind::not_found, "The file of the job is gone");
    std::unique_ptr<BadRows> rows =
        std::make_unique<BadRowsOfJob>(context.database, std::move(*job), std::move(object));
    co_return rows;
}

}  // namespace herald
