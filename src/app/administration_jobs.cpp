// Lists that are sent, and the jobs that come of them.
#include <exception>

#include "app/administration_impl.hpp"
#include "app/upload_stores.hpp"
#include "runtime/signals.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kMostWaiting = 64;  // one command asks for one thing after the other
constexpr auto kLook = milliseconds(500);

// What the operations on jobs need besides a database, in the order of construction.
struct JobTools
{
    JobTools(const asio::any_io_executor& executor, const Settings& settings, ManageContext of)
        : manage(std::move(of)),
          zone(settings.time_zone),
          options(accept_options(settings)),
          directory(manage.database, manage.keys, clock, directory_options(settings)),
          files(executor, settings),
          pool(1, kMostWaiting),
          desk{manage.keys, clock, zone, options, pool}
    {
    }

    [[nodiscard]] JobContext context()
    {
        return {manage.database, files.uploads(), directory, clock.now(), deadline_in(kTimeout)};
    }

    const SystemClock clock;
    const ManageContext manage;
    const TimeZone zone;
    const AcceptOptions options;
    ServiceDirectory directory;
    UploadStores files;
    CpuPool pool;
    const JobDesk desk;
};

template <class T>
using JobWork = std::function<Task<Result<T>>(JobTools&)>;

template <class T>
Task<Result<T>> with_tools(const Settings& settings, ManageContext context, JobWork<T> work)
{
    JobTools tools(co_await asio::this_coro::executor, settings, std::move(context));
    std::optional<Result<T>> result;
    std::exception_ptr failure;
    try
    {
        result = co_await work(tools);
    }
    catch (const std::exception&)
    {
        failure = std::current_exception();
    }
    co_await tools.files.close(deadline_in(kTimeout));
    if (failure) std::rethrow_exception(failure);
    co_return std::move(*result);
}

std::optional<std::int64_t> rate_of(const std::string& provider, const Settings& settings)
{
    const auto rate = provider == "ses"   ? settings.ses.rate_per_second
                      : provider == "sns" ? settings.sns.rate_per_second
                                          : 0;
    return rate > 0 ? std::optional(rate) : std::nullopt;
}

// Of all that share a channel; nothing when one of them says nothing.
std::optional<std::int64_t> rate_of(const std::vector<std::string>& providers, const Settings& settings)
{
    std::optional<std::int64_t> sum;
    for (const auto& provider : providers)
    {
        const auto rate = rate_of(provider, settings);
        if (!rate) return std::nullopt;
        sum = sum.value_or(0) + *rate;
    }
    return sum;
}

Result<std::optional<Uuid>> parse_optional(std::string_view what, const std::optional<std::string>& text)
{
    if (!text) return std::nullopt;
    const auto id = parse_id<Id<struct AnyTag>>(what, *text);
    if (!id) return Failure(id.error());
    return id->value;
}

Result<JobWish> wish_of(const JobSubmission& submission)
{
    const auto from_template = parse_id<TemplateId>("template", submission.template_id);
    if (!from_template) return Failure(from_template.error());
    const auto sender = parse_optional("sender", submission.sender_id);
    if (!sender) return Failure(sender.error());
    const auto corrects = parse_optional("job", submission.corrects);
    if (!corrects) return Failure(corrects.error());
    JobWish wish;
    wish.id = JobId{make_uuid_v7(SystemClock().now())};
    wish.template_id = *from_template;
    wish.file_name = submission.name;
    wish.sender_id = *sender;
    if (*corrects) wish.original_job_id = JobId{**corrects};
    wish.scheduled_for = submission.scheduled_for;
    wish.rows_per_second = submission.rows_per_second;
    return wish;
}

std::unique_ptr<ListSource> list_of(const JobSubmission& submission, CpuPool& pool)
{
    if (submission.content) return std::make_unique<ListInMemory>(*submission.content);
    return std::make_unique<ListInFile>(submission.file, pool);
}

// The wire's "No result found" says too little to a person.
template <class T>
Result<T> explained(Result<T> result, std::string_view what)
{
    if (result || result.error().message != "No result found") return result;
    return fail(ErrorKind::not_found, fmt::format("The service has no such {}", what));
}

}  // namespace

Result<UploadedJob> Administration::send_job(const JobSubmission& submission) const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    auto wish = wish_of(submission);
    if (!wish) return Failure(std::move(wish.error()));
    const auto send = [&](ManageContext context, ServiceId id)
    {
        wish->service_id = id;
        const JobWork<UploadedJob> work = [&](JobTools& tools) -> Task<Result<UploadedJob>>
        {
            const auto list = list_of(submission, tools.pool);
            const UploadContext upload{tools.context(), tools.options, tools.pool};
            co_return co_await upload_job(upload, *wish, *list);
        };
        return with_tools<UploadedJob>(settings_, std::move(context), work);
    };
    return explained(ask_for<UploadedJob>(submission.service, send), "template");
}

Result<JobPlan> Administration::plan_job(const JobSubmission& submission) const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    auto wish = wish_of(submission);
    if (!wish) return Failure(std::move(wish.error()));
    const StatedRates rates{rate_of(settings_.providers.sms, settings_), rate_of(settings_.providers.email, settings_)};
    const auto plan = [&](ManageContext context, ServiceId id)
    {
        wish->service_id = id;
        const JobWork<JobPlan> work = [&](JobTools& tools) -> Task<Result<JobPlan>>
        {
            const auto list = list_of(submission, tools.pool);
            const PlanContext planning{tools.context(), tools.desk, rates};
            co_return co_await herald::plan_job(planning, *wish, *list);
        };
        return with_tools<JobPlan>(settings_, std::move(context), work);
    };
    return explained(ask_for<JobPlan>(submission.service, plan), "template");
}

Result<std::vector<JobReport>> Administration::list_jobs(const std::string& service, std::int32_t most) const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    const auto list = [&](ManageContext context, ServiceId id)
    {
        const JobWork<std::vector<JobReport>> work = [id, most](JobTools& tools) -> Task<Result<std::vector<JobReport>>>
        {
            JobFilter all;
            auto page = co_await herald::list_jobs(tools.context(), id, std::move(all), 1, most);
            co_return std::move(page.jobs);
        };
        return with_tools<std::vector<JobReport>>(settings_, std::move(context), work);
    };
    return ask_for<std::vector<JobReport>>(service, list);
}

Result<FollowedJob> Administration::follow_job(const std::string& service, const std::string& id,
                                               const std::function<bool(const JobReport&)>& look) const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    const auto job = parse_id<JobId>("job", id);
    if (!job) return Failure(job.error());
    const auto follow = [&](ManageContext context, ServiceId owner)
    {
        const JobWork<FollowedJob> work = [&, owner](JobTools& tools) -> Task<Result<FollowedJob>>
        {
            TerminationSignals signals(co_await asio::this_coro::executor);
            FollowedJob followed;
            while (!followed.interrupted)
            {
                auto report = co_await find_job(tools.context(), owner, *job);
                if (!report) co_return Failure(report.error());
                followed.report = std::move(*report);
                if (!look(followed.report)) break;
                followed.interrupted = (co_await signals.wait(deadline_in(kLook))).has_value();
            }
            co_return followed;
        };
        return with_tools<FollowedJob>(settings_, std::move(context), work);
    };
    return explained(ask_for<FollowedJob>(service, follow), "job");
}

Result<JobReport> Administration::change_job(const std::string& service, const std::string& id,
                                             const JobChange& change) const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    const auto job = parse_id<JobId>("job", id);
    if (!job) return Failure(job.error());
    const auto ask_it = [&](ManageContext context, ServiceId owner)
    {
        const JobWork<JobReport> work = [&, owner](JobTools& tools)
        {
            return change(tools.context(), owner, *job);
        };
        return with_tools<JobReport>(settings_, std::move(context), work);
    };
    return explained(ask_for<JobReport>(service, ask_it), "job");
}

Result<JobReport> Administration::show_job(const std::string& service, const std::string& id) const
{
    return change_job(service, id, find_job);
}

Result<JobReport> Administration::pause_job(const std::string& service, const std::string& id) const
{
    return change_job(service, id, herald::pause_job);
}

Result<JobReport> Administration::resume_job(const std::string& service, const std::string& id) const
{
    return change_job(service, id, herald::resume_job);
}

Result<JobReport> Administration::slow_job(const std::string& service, const std::string& id,
                                           std::optional<std::int32_t> rows_per_second) const
{
    return change_job(service, id, [rows_per_second](JobContext context, ServiceId owner, JobId job)
                      { return herald::slow_job(std::move(context), owner, job, rows_per_second); });
}

Result<JobReport> Administration::cancel_job(const std::string& service, const std::string& id) const
{
    return change_job(service, id, herald::cancel_job);
}

Result<JobReport> Administration::retry_failed_rows(const std::string& service, const std::string& id) const
{
    return change_job(service, id, herald::retry_failed_rows);
}

Result<std::int32_t> Administration::download_bad_rows(const std::string& service, const std::string& id,
                                                       const std::function<Result<void>(std::string_view)>& write) const
{
    std::int32_t rows = 0;
    const auto download = [&](JobContext context, ServiceId owner, JobId job) -> Task<Result<JobReport>>
    {
        auto report = co_await find_job(context, owner, job);
        if (!report) co_return report;
        rows = report->job.rows_refused;
        if (rows == 0) co_return fail(ErrorKind::not_found, "The job has no bad rows so far");
        const auto bad = co_await herald::download_bad_rows(context, owner, job);
        if (!bad) co_return Failure(bad.error());
        while (true)
        {
            const auto piece = co_await (*bad)->next(deadline_in(kTimeout));
            if (piece.empty()) break;
            if (auto written = write(piece); !written) co_return Failure(written.error());
        }
        co_return report;
    };
    if (const auto done = change_job(service, id, download); !done) return Failure(done.error());
    return rows;
}

}  // namespace herald
