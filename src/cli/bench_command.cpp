// herald bench
#include <cstdio>

#include "app/bench/bench.hpp"
#include "base/log.hpp"
#include "cli/commands.hpp"

namespace herald::cli
{

namespace
{

void print(const std::string& figures)
{
    std::fputs(figures.c_str(), stdout);
}

template <class Figures>
void run(CommandContext& context, bench::BenchOptions options, Result<Figures> (*measure)(const bench::BenchOptions&))
{
    log::configure(log::Level::warning, log::Format::text);
    options.progress = [](const std::string& what)
    {
        std::fprintf(stderr, "%s ...\n", what.c_str());
    };
    const auto figures = measure(options);
    if (!figures) return report_failure(context, figures.error());
    print(to_json(*figures));
}

void add_options(CLI::App& command, bench::BenchOptions& options)
{
    command.add_option("--seconds", options.seconds, "Length of each measurement")->capture_default_str();
    command.add_option("--connections", options.connections, "HTTP connections of the load")->capture_default_str();
    command.add_option("--directory", options.directory, "Folder to make for the run; removed after it")
        ->capture_default_str();
}

}  // namespace

void add_bench_command(CLI::App& root, CommandContext& context)
{
    auto* command = root.add_subcommand("bench", "Measure this machine: what is reached beside what is possible");
    command->require_subcommand(1);
    command->footer(
        "Starts a PostgreSQL of its own with durable settings; load generator, server and database share the machine.\n"
        "Prints one JSON object.");
    auto options = std::make_shared<bench::BenchOptions>();
    auto* accept =
        command->add_subcommand("accept", "Accepted requests a second, durable, with everything switched on");
    add_options(*accept, *options);
    accept->callback([&context, options] { run(context, *options, &bench::run_accept_bench); });
    auto* deliver =
        command->add_subcommand("deliver", "Messages a second through their whole life; time from 201 to the provider");
    add_options(*deliver, *options);
    deliver->add_option("--backlog", options->backlog, "Messages of another service that are queued first")
        ->capture_default_str();
    auto* overload = command->add_subcommand(
        "overload", "Twice the load that can be served, and one tenant at ten times its share beside others");
    add_options(*overload, *options);
    overload->callback([&context, options] { run(context, *options, &bench::run_overload_bench); });
    deliver->callback([&context, options] { run(context, *options, &bench::run_deliver_bench); });
}

}  // namespace herald::cli
