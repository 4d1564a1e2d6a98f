// herald bench
#include <cstdio>
#include <map>

#include "app/bench/bench.hpp"
#include "base/log.hpp"
#include "cli/commands.hpp"

namespace herald::cli
{

namespace
{

using Measure = Result<bench::Report> (*)(const bench::BenchOptions&);
using bench::Through;

void run(CommandContext& context, bench::BenchOptions options, Measure measure)
{
    log::configure(log::Level::error, log::Format::text);  // providers err on purpose
    options.progress = [](const std::string& what)
    {
        std::fprintf(stderr, "%s ...\n", what.c_str());
    };
    const auto report = measure(options);
    if (!report) return report_failure(context, report.error());
    const auto text = context.json ? to_json(*report) : to_text(*report);
    std::fputs(text.c_str(), stdout);
}

struct Asked
{
    bench::BenchOptions options;
    bool standby = false;
};

void add_options(CLI::App& command, Asked& asked)
{
    auto& options = asked.options;
    command.add_option("--seconds", options.seconds, "Length of each measurement")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    command.add_option("--connections", options.connections, "HTTP connections of the load")->capture_default_str();
    command.add_option("--directory", options.directory, "Folder to make for the run; removed after it")
        ->capture_default_str();
}

CLI::Option* add_rounds(CLI::App& command, Asked& asked, const std::string& what)
{
    return command.add_option("--rounds", asked.options.rounds, what)
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
}

CLI::Option* add_standby(CLI::App& command, Asked& asked)
{
    auto* standby = command.add_flag("--standby", asked.standby,
                                     "Measure that rate alone, without a second PostgreSQL as a synchronous standby on "
                                     "this machine and with it");
    add_rounds(command, asked, "With --standby: how often each is measured, in turns; the medians count")
        ->needs(standby);
    return standby;
}

void add_accept(CLI::App& bench, CommandContext& context, const std::shared_ptr<Asked>& asked)
{
    auto* accept = bench.add_subcommand("accept", "Accepted requests a second, durable, with everything switched on");
    add_options(*accept, *asked);
    add_standby(*accept, *asked);
    accept->callback(
        [&context, asked]
        { run(context, asked->options, asked->standby ? bench::run_accept_standby_bench : bench::run_accept_bench); });
}

void add_deliver(CLI::App& bench, CommandContext& context, const std::shared_ptr<Asked>& asked)
{
    static const std::map<std::string, Through> kNames{
        {"capture", Through::capture}, {"smtp", Through::smtp}, {"ses", Through::ses}};
    auto* deliver =
        bench.add_subcommand("deliver", "Messages a second through their whole life; time from 201 to the provider");
    add_options(*deliver, *asked);
    auto* standby = add_standby(*deliver, *asked);
    deliver
        ->add_option("--through", asked->options.through,
                     "Who takes the messages: capture, or emails alone by smtp or ses, to a server in this process")
        ->transform(CLI::CheckedTransformer(kNames))
        ->default_str("capture")
        ->excludes(standby);
    deliver->add_flag(
        "--errors,!--no-errors", asked->options.errors,
        "With smtp and ses: of all offers 2 % are put off, 0.5 % refused, 1 % answered late and 0.2 % cut "
        "after the message was taken; on by default");
    deliver
        ->add_option("--backlog", asked->options.backlog,
                     "With capture: messages of another service that are queued first")
        ->capture_default_str();
    deliver->footer(
        "Through smtp and ses, what the server took is compared with what the API accepted: lost, duplicates, and\n"
        "repeated, the most that can have arrived twice. A second try comes after 1 s there.");
    deliver->callback(
        [&context, asked]
        {
            const bool to_sink = asked->options.through != Through::capture;
            run(context, asked->options,
                asked->standby ? bench::run_deliver_standby_bench
                : to_sink      ? bench::run_sink_bench
                               : bench::run_deliver_bench);
        });
}

void add_rotate(CLI::App& bench, CommandContext& context, const std::shared_ptr<Asked>& asked)
{
    auto* rotate = bench.add_subcommand(
        "rotate", "Accepted requests a second while `herald keys rotate` runs, and while it does not");
    add_options(*rotate, *asked);
    rotate->add_option("--rows", asked->options.rows, "Messages that are there to be sealed anew")
        ->capture_default_str();
    rotate
        ->add_option("--share", asked->options.rotation_share,
                     "Part of the time that the rotation works, the rest being pauses; `herald keys rotate` has 0.1")
        ->check(CLI::Range(0.001, 1.0))
        ->capture_default_str();
    add_rounds(*rotate, *asked, "How often each is measured, in turns; the medians count");
    rotate->callback([&context, asked] { run(context, asked->options, bench::run_rotate_bench); });
}

void add_job(CLI::App& bench, CommandContext& context, const std::shared_ptr<Asked>& asked)
{
    auto* job =
        bench.add_subcommand("job", "Rows of a job a second: from its file to all queued, and to all delivered");
    add_options(*job, *asked);
    job->add_option("--rows", asked->options.job_rows, "Rows of the file")
        ->check(CLI::Range(1, 16'000'000))
        ->capture_default_str();
    job->callback([&context, asked] { run(context, asked->options, bench::run_job_bench); });
}

void add_overload(CLI::App& bench, CommandContext& context, const std::shared_ptr<Asked>& asked)
{
    auto* overload = bench.add_subcommand(
        "overload", "Twice the load that can be served, and one tenant at ten times its share beside others");
    add_options(*overload, *asked);
    overload->callback([&context, asked] { run(context, asked->options, bench::run_overload_bench); });
}

}  // namespace

void add_bench_command(CLI::App& root, CommandContext& context)
{
    auto* command = root.add_subcommand("bench", "Measure this machine: what is reached beside what is possible");
    command->require_subcommand(1);
    command->footer(
        "Starts a PostgreSQL of its own with durable settings; load generator, server and database share the machine.\n"
        "With --json: one object on one line.");
    const auto asked = std::make_shared<Asked>();
    add_accept(*command, context, asked);
    add_deliver(*command, context, asked);
    add_job(*command, context, asked);
    add_overload(*command, context, asked);
    add_rotate(*command, context, asked);
}

}  // namespace herald::cli
