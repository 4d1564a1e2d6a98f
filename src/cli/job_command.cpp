// herald job
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "cli/administer.hpp"
#include "cli/job_output.hpp"
#include "cli/job_progress.hpp"

namespace herald::cli
{

namespace
{

struct Send
{
    JobSubmission submission;
    std::string file;
    std::optional<std::string> at;
    std::optional<std::string> name;
    bool plan = false;
    bool no_wait = false;
};

struct One
{
    std::string service;
    std::string id;
    bool follow = false;
};

struct List
{
    std::string service;
    std::int32_t count = 50;
};

struct Slow
{
    std::string service;
    std::string id;
    std::optional<std::int32_t> rows_per_second;
    bool fast = false;
};

struct BadRowsTo
{
    std::string service;
    std::string id;
    std::optional<std::string> output;
    const bool* json = nullptr;
};

Result<JobSubmission> submission_of(const Send& arguments)
{
    JobSubmission submission = arguments.submission;
    submission.file = arguments.file;
    submission.name = arguments.name.value_or(submission.file.filename().string());
    if (arguments.file == "-")
    {
        auto content = content_of_file(arguments.file);
        if (!content) return Failure(content.error());
        submission.content = std::move(*content);
        submission.name = arguments.name.value_or("standard input");
    }
    if (!arguments.at) return submission;
    submission.scheduled_for = parse_iso8601(*arguments.at);
    if (submission.scheduled_for) return submission;
    return fail(ErrorKind::validation, "'" + *arguments.at + "' is not a moment like 2026-11-23T09:00:00Z");
}

// What became of it, once there is nothing more to come or somebody has seen enough.
Result<FollowedJob> follow(const Administration& administration, const std::string& service, const std::string& id)
{
    Progress progress(::isatty(STDERR_FILENO) == 1);
    const auto look = [&progress](const JobReport& report)
    {
        progress.show(report);
        return !has_ended(report);
    };
    auto followed = administration.follow_job(service, id, look);
    if (!followed) return followed;
    progress.finish(followed->report);
    if (followed->interrupted)
        fmt::print(stderr,
                   "The job goes on without being watched. Look again:  herald job show {0} --service {1} --follow\n"
                   "Stop it:  herald job cancel {0} --service {1}\n",
                   id, followed->report.job.service_id.to_string());
    return followed;
}

// A job that ended without sending was refused, only later.
Result<Answer> outcome_of(const JobReport& report)
{
    const Job& job = report.job;
    if (job.status != JobStatus::error && job.status != JobStatus::sending_limits_exceeded) return show_job(report);
    return fail(ErrorKind::conflict,
                fmt::format("The job {} ended as '{}': {}", job.id.to_string(), to_string(job.status), job.reason));
}

Result<Answer> send(const Administration& administration, const Send& arguments)
{
    const auto submission = submission_of(arguments);
    if (!submission) return Failure(submission.error());
    if (arguments.plan) return show_result(administration.plan_job(*submission), show_plan);
    const auto sent = administration.send_job(*submission);
    if (!sent) return Failure(sent.error());
    const Job& job = sent->job;
    fmt::print(
        stderr, "Job {} has {} rows{}\n", job.id.to_string(), sent->survey.rows,
        sent->survey.bad_rows == 0 ? "" : fmt::format(", {} of them bad: the others are sent", sent->survey.bad_rows));
    // Nobody wants to watch a clock for days.
    if (arguments.no_wait || job.scheduled_for)
    {
        JobReport report;
        report.job = job;
        return show_job(report);
    }
    const auto followed = follow(administration, submission->service, job.id.to_string());
    if (!followed) return Failure(followed.error());
    return outcome_of(followed->report);
}

Result<Answer> list(const Administration& administration, const List& arguments)
{
    return show_list(
        administration.list_jobs(arguments.service, arguments.count),
        {"ID", "STATUS", "ROWS", "BAD", "SENT", "DELIVERED", "FAILED", "CREATED", "NAME"},
        [](const JobReport& report)
        {
            const auto counts = counts_of(report);
            auto status = std::string(to_string(report.job.status)) + (report.job.paused_at ? " (paused)" : "");
            return Row{report.job.id.to_string(),     std::move(status),
                       std::to_string(counts.rows),   std::to_string(counts.bad),
                       std::to_string(counts.sent),   std::to_string(counts.delivered),
                       std::to_string(counts.failed), moment(report.job.created_at),
                       report.job.original_file_name};
        },
        [](const JobReport& report) { return json_of(report); });
}

Result<Answer> show_one(const Administration& administration, const One& arguments)
{
    if (!arguments.follow) return show_result(administration.show_job(arguments.service, arguments.id), show_job);
    const auto followed = follow(administration, arguments.service, arguments.id);
    return show_result(followed, [](const FollowedJob& each) { return show_job(each.report); });
}

template <auto change>
Result<Answer> act(const Administration& administration, const One& arguments)
{
    return show_result((administration.*change)(arguments.service, arguments.id), show_job);
}

Result<Answer> slow(const Administration& administration, const Slow& arguments)
{
    if (arguments.fast == arguments.rows_per_second.has_value())
        return fail(ErrorKind::validation, "Say how fast: --rate N (rows a second), or --fast for as fast as it goes");
    return show_result(administration.slow_job(arguments.service, arguments.id, arguments.rows_per_second), show_job);
}

// For the owner's eyes: it has recipients in it.
class OutputFile
{
public:
    explicit OutputFile(std::string path) : path_(std::move(path)) {}
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile()
    {
        if (file_ >= 0) ::close(file_);
    }

    // Opens it with the first piece, so that a job without bad rows leaves what was there.
    Result<void> write(std::string_view bytes)
    {
        if (file_ < 0) file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (file_ < 0) return failure();
        while (!bytes.empty())
        {
            const auto written = ::write(file_, bytes.data(), bytes.size());
            if (written < 0 && errno != EINTR) return failure();
            if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return {};
    }

private:
    [[nodiscard]] Failure failure() const
    {
        return fail(ErrorKind::validation, fmt::format("{} cannot be written: {}", path_, std::strerror(errno)));
    }

    const std::string path_;
    int file_ = -1;
};

Result<Answer> bad_rows(const Administration& administration, const BadRowsTo& arguments)
{
    if (*arguments.json && !arguments.output)
        return fail(ErrorKind::validation, "The rows are CSV: with --json, say with --output where they are to go");
    OutputFile file(arguments.output.value_or(""));
    const auto write = [&](std::string_view piece) -> Result<void>
    {
        if (arguments.output) return file.write(piece);
        std::fwrite(piece.data(), 1, piece.size(), stdout);
        return {};
    };
    const auto rows = administration.download_bad_rows(arguments.service, arguments.id, write);
    if (!rows) return Failure(rows.error());
    if (!arguments.output) return Answer{};
    return Answer{json::object{{"file", *arguments.output}, {"rows", *rows}},
                  fmt::format("{} rows are in {}, each with what is wrong with it in the last column. Correct them and "
                              "send that file:\n  herald job send {} --corrects {} ...\n",
                              *rows, *arguments.output, *arguments.output, arguments.id)};
}

void add_names(CLI::App* verb, std::string& service, std::string& id)
{
    verb->add_option("id", id, "The job's id, as `send` and `list` tell it")->required();
    verb->add_option("--service", service, "Id or name of the service")->required();
}

void add_send(CLI::App* noun, CommandContext& context)
{
    auto* verb = noun->add_subcommand("send", "Send a message to each row of a CSV file, and follow it to its end");
    auto arguments = std::make_shared<Send>();
    auto& wanted = arguments->submission;
    verb->add_option("file", arguments->file, "The list: its first line names the columns; - is standard input")
        ->required();
    verb->add_option("--service", wanted.service, "Id or name of the service")->required();
    verb->add_option("--template", wanted.template_id, "Id of the template")->required();
    verb->add_option("--at", arguments->at, "When to begin (ISO 8601), at most 7 days ahead; it is not followed then");
    verb->add_option("--sender", wanted.sender_id, "Id of a text message sender or a reply-to address");
    verb->add_option("--rate", wanted.rows_per_second, "Messages a second, at most")->check(CLI::PositiveNumber);
    verb->add_option("--name", arguments->name, "What people know it by (default: the file's name)");
    verb->add_option("--corrects", wanted.corrects, "The job whose bad rows these are, corrected");
    verb->add_flag("--plan", arguments->plan, "Only say what would come of it: send and create nothing");
    verb->add_flag("--no-wait", arguments->no_wait, "Do not follow it");
    verb->footer(
        "The columns are 'phone number' or 'email address' and the template's placeholders; others are ignored.\n"
        "Rows that cannot be sent are kept as bad rows, and the others are sent.\n"
        "Exit code: 0 when the job was accepted and, unless it is not followed, has come to its end; Ctrl-C stops\n"
        "following, not the job. 1 when the file is refused, or the job ends without sending: limits, errors.\n\n"
        "  herald job send contacts.csv --service 'Town hall' --template ID --plan\n"
        "  herald job send contacts.csv --service 'Town hall' --template ID --at 2026-11-23T09:00:00Z");
    on_call(verb, context, arguments, send);
}

CLI::App* add_one(CLI::App* noun, CommandContext& context, const std::string& name, const std::string& help,
                  Verb<One> run, std::shared_ptr<One> arguments = std::make_shared<One>())
{
    auto* verb = noun->add_subcommand(name, help);
    add_names(verb, arguments->service, arguments->id);
    verb->footer("  herald job " + name + " ID --service 'Town hall'");
    on_call(verb, context, std::move(arguments), run);
    return verb;
}

void add_looks(CLI::App* noun, CommandContext& context)
{
    auto* all = noun->add_subcommand("list", "A service's jobs: what has not begun first, then the newest");
    auto listed = std::make_shared<List>();
    all->add_option("--service", listed->service, "Id or name of the service")->required();
    all->add_option("--count", listed->count, "At most so many")->check(CLI::Range(1, 500));
    all->footer("  herald job list --service 'Town hall'");
    on_call(all, context, listed, list);
    auto shown = std::make_shared<One>();
    auto* verb =
        add_one(noun, context, "show", "One job: how far it is, and what became of its messages", show_one, shown);
    verb->add_flag("--follow", shown->follow, "Watch it to its end; Ctrl-C stops watching, not the job");
}

void add_slow(CLI::App* noun, CommandContext& context)
{
    auto* verb = noun->add_subcommand("slow", "Let its messages leave at a rate");
    auto arguments = std::make_shared<Slow>();
    add_names(verb, arguments->service, arguments->id);
    auto* rate =
        verb->add_option("--rate", arguments->rows_per_second, "Messages a second")->check(CLI::PositiveNumber);
    verb->add_flag("--fast", arguments->fast, "As fast as it goes again")->excludes(rate);
    verb->footer("  herald job slow ID --service 'Town hall' --rate 10");
    on_call(verb, context, arguments, slow);
}

void add_bad_rows(CLI::App* noun, CommandContext& context)
{
    auto* verb = noun->add_subcommand("bad-rows", "Its rows that cannot be sent, as CSV with what is wrong with each");
    auto arguments = std::make_shared<BadRowsTo>();
    arguments->json = &context.json;
    add_names(verb, arguments->service, arguments->id);
    verb->add_option("--output", arguments->output, "Where to (default: standard output); only its owner may read it");
    verb->footer("  herald job bad-rows ID --service 'Town hall' --output bad.csv");
    on_call(verb, context, arguments, bad_rows);
}

}  // namespace

void add_job_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "job", "Lists of recipients that are sent a message a row");
    add_send(noun, context);
    add_looks(noun, context);
    add_one(noun, context, "pause", "None of its messages leaves until it is resumed", act<&Administration::pause_job>);
    add_one(noun, context, "resume", "Go on with a paused job", act<&Administration::resume_job>);
    add_slow(noun, context);
    add_one(noun, context, "cancel", "What has not left yet does not leave any more", act<&Administration::cancel_job>);
    add_one(noun, context, "retry-failed", "Send the rows again whose messages have failed, and no others",
            act<&Administration::retry_failed_rows>);
    add_bad_rows(noun, context);
}

}  // namespace herald::cli
