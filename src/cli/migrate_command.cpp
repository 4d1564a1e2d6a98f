// herald migrate
#include <cstdio>

#include "app/prepare_database.hpp"
#include "app/serve.hpp"
#include "base/json.hpp"
#include "cli/commands.hpp"

namespace herald::cli
{

namespace
{

void print(const pg::MigrationReport& report, bool as_json)
{
    if (as_json)
    {
        const json::object answer{{"version", report.version}, {"applied", json::value_from(report.applied)}};
        std::fputs(to_wire(answer).c_str(), stdout);
        return;
    }
    for (const auto& name : report.applied) std::printf("applied %s\n", name.c_str());
    if (report.applied.empty()) std::printf("nothing to do: the database is at version %d\n", report.version);
}

void run(CommandContext& context)
{
    const auto settings = load_settings_of(context);
    if (!settings) return report_failure(context, settings.error());
    configure_log(settings->log);
    if (settings->database.url.empty())
        return report_failure(context,
                              Error(ErrorKind::validation,
                                    "database.url is not set: give it in herald.toml, HERALD_DATABASE_URL or --set"));
    const auto report = prepare_database(*settings);
    if (!report) return report_failure(context, report.error());
    print(*report, context.json);
}

}  // namespace

void add_migrate_command(CLI::App& root, CommandContext& context)
{
    auto* command = root.add_subcommand("migrate", "Bring the database to the schema of this binary");
    command->footer(
        "Forward only, each migration in a transaction of its own. Safe to run from several hosts at once: one does "
        "the\n"
        "work, the others wait and find nothing left to do. `herald dev` does it by itself.");
    command->callback([&context] { run(context); });
}

}  // namespace herald::cli
