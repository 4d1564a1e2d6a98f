#include "operations/job_feed.hpp"

#include <utility>

namespace herald
{

namespace
{

constexpr std::size_t kSlice = 100;  // rows between two looks at the loop
constexpr auto kReadTimeout = seconds(60);
constexpr std::int32_t kWantedPage = 5000;
constexpr std::size_t kMostBytes = 8UL << 30;

constexpr const char* kGone = "The file of the job is gone";

Result<void> judge(const RecipientListReader& list)
{
    if (!list.error()) return {};
    return fail(ErrorKind::bad_request, reason_text(*list.error()));
}

}  // namespace

RecipientListOptions job_list_options(const JobSender& sender, const Job& job, const AcceptOptions& options)
{
    const Service& service = sender.service->service();
    RecipientListOptions made;
    made.channel = job.channel;
    made.placeholders = sender.from_template->compiled.placeholders();
    made.default_region = options.default_region;
    made.allow_international = service.may(ServicePermission::international_sms);
    made.max_rows = static_cast<std::size_t>(kMostJobRows);
    made.max_bytes = kMostBytes;
    return made;
}

Result<DraftNotification> draft_job_row(const JobDesk& desk, const JobSender& sender, const Job& job, RecipientRow row,
                                        JobRowSlot slot)
{
    if (!row.good()) return fail(ErrorKind::bad_request, reason_text(row.errors));
    const DraftSender by{job.key_type, job.api_key_id, job.created_by_id};
    const DraftContext context{*sender.service, by, desk.keys, desk.zone, desk.options, slot.at, slot.id};
    MessageRequest request;
    request.channel = job.channel;
    request.recipient = std::move(*row.recipient);
    request.template_id = job.template_id;
    request.personalisation = std::move(row.personalisation);
    request.sender_id = job.sender_id;
    auto drafted = draft_notification(context, request, sender.from_template);
    if (!drafted) return drafted;
    auto& message = drafted->row;
    message.job_id = job.id;
    message.job_row_number = static_cast<std::int32_t>(row.number);
    message.counts = false;  // the job has reserved its rows
    // Whatever the template says: one-off messages are never behind anyone's job. What stays inside does.
    const bool stays_inside = message.lane == Lane::test || request.recipient.simulated;
    message.lane = stays_inside ? Lane::test : Lane::bulk;
    return drafted;
}

Task<Result<std::int32_t>> survey_job_file(ObjectStore& objects, const JobDesk& desk, const JobSender& sender, Job job,
                                           std::function<Task<bool>()> still_ours)
{
    const auto object = co_await objects.open(job.object_key, deadline_in(kReadTimeout));
    if (!object) co_return fail(ErrorKind::not_found, kGone);
    RecipientListReader list(job_list_options(sender, job, desk.options));
    bool has_ended = false;
    while (!has_ended && !list.error())
    {
        const auto bytes = co_await object->read(deadline_in(kReadTimeout));
        has_ended = bytes.empty();
        const auto look = [&]
        {
            has_ended ? list.finish() : list.feed(bytes);
            while (list.next())
            {
            }
        };
        co_await desk.pool.run(look);
        if (!co_await still_ours()) co_return fail(ErrorKind::conflict, "The job is somebody else's by now");
    }
    if (auto good = judge(list); !good) co_return Failure(good.error());
    co_return static_cast<std::int32_t>(list.rows());
}

JobFeed::JobFeed(const JobDesk& desk, JobQueue& queue, ObjectStore& objects, JobSender sender, ClaimedJob claimed)
    : desk_(desk),
      queue_(queue),
      objects_(objects),
      sender_(std::move(sender)),
      claimed_(std::move(claimed)),
      list_(job_list_options(sender_, claimed_.job, desk.options)),
      position_(claimed_.job.next_row)
{
    segment_.number = claimed_.next_segment - 1;
}

Task<Result<std::optional<JobBatch>>> JobFeed::next()
{
    if (!object_)
    {
        if (auto opened = co_await open(); !opened) co_return Failure(opened.error());
    }
    begin_batch();
    while (!has_ended_ && batch_.messages.size() + batch_.refused.size() < desk_.batch_rows)
    {
        co_await find_wanted();
        if (claimed_.job.generation > 1 && wanted_.empty())
            has_ended_ = true;
        else if (needs_bytes_)
        {
            if (auto read = co_await read_more(); !read) co_return Failure(read.error());
        }
        else
            co_await desk_.pool.run([this] { draft_slice(); });
        if (auto good = judge(list_); !good) co_return Failure(good.error());
    }
    batch_.next_row = position_;
    if (batch_.next_row == batch_.first_row) co_return std::nullopt;
    co_return std::exchange(batch_, {});
}

Task<Result<void>> JobFeed::open()
{
    object_ = co_await objects_.open(claimed_.job.object_key, deadline_in(kReadTimeout));
    if (!object_) co_return fail(ErrorKind::not_found, kGone);
    co_return Result<void>();
}

Task<Result<void>> JobFeed::read_more()
{
    const auto bytes = co_await object_->read(deadline_in(kReadTimeout));
    const auto feed = [&]
    {
        bytes.empty() ? list_.finish() : list_.feed(bytes);
    };
    co_await desk_.pool.run(feed);
    needs_bytes_ = false;
    is_at_end_ = bytes.empty();
    co_return Result<void>();
}

// In the order of rows, so that what was looked up is what comes next.
Task<> JobFeed::find_wanted()
{
    if (claimed_.job.generation == 1 || !wanted_.empty() || wants_no_more_) co_return;
    for (const auto number :
         co_await queue_.list_retry_rows(claimed_.job, position_, kWantedPage, deadline_in(kReadTimeout)))
        wanted_.push_back(number);
    wants_no_more_ = wanted_.size() < static_cast<std::size_t>(kWantedPage);
}

void JobFeed::begin_batch()
{
    const Instant now = std::chrono::floor<std::chrono::milliseconds>(desk_.clock.now());
    if (segment_.number < claimed_.next_segment || now - segment_.started_at >= desk_.segment)
        segment_ = {segment_.number + 1, now, true};
    batch_.segment = segment_;
    segment_.is_new = false;
    batch_.first_row = position_;
}

// On the pool: nothing else touches the feed meanwhile.
void JobFeed::draft_slice()
{
    for (std::size_t i = 0; i < kSlice; ++i)
    {
        if (batch_.messages.size() + batch_.refused.size() >= desk_.batch_rows) return;
        if (claimed_.job.generation > 1 && wanted_.empty()) return;
        auto row = list_.next();
        if (!row)
        {
            needs_bytes_ = true;
            has_ended_ = is_at_end_;
            return;
        }
        const auto number = static_cast<std::int32_t>(row->number);
        if (number < position_) continue;
        if (is_wanted(number)) draft(std::move(*row), number);
        position_ = number + 1;
    }
}

bool JobFeed::is_wanted(std::int32_t number)
{
    if (claimed_.job.generation == 1) return true;
    if (wanted_.front() != number) return false;
    wanted_.pop_front();
    return true;
}

void JobFeed::draft(RecipientRow row, std::int32_t number)
{
    const Job& job = claimed_.job;
    const auto& segment = batch_.segment;
    const JobRowSlot slot{job_row_id(job.id, segment.number, segment.started_at, number), segment.started_at};
    auto drafted = draft_job_row(desk_, sender_, job, std::move(row), slot);
    if (drafted)
        batch_.messages.push_back(std::move(drafted->row));
    else
        batch_.refused.push_back({number, std::move(drafted.error().message)});
}

}  // namespace herald
