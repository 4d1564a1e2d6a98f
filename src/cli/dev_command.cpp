// herald dev
#include "app/dev.hpp"
#include "cli/commands.hpp"

namespace herald::cli
{

namespace
{

struct DevArguments
{
    std::string directory{kDevFolderName};
    std::optional<std::string> port;
    std::optional<std::string> ready_file;
    std::optional<std::string> capture_script;
};

// Keys whose default is for production, and what suits one person's machine instead.
constexpr std::pair<std::string_view, std::string_view> kDevDefaults[] = {
    {"log.format", "text"},         {"callbacks.allow_http", "true"}, {"callbacks.allow_private_addresses", "true"},
    {"providers.email", "capture"}, {"providers.sms", "capture"},
};

void run(CommandContext& context, const DevArguments& arguments)
{
    CommandContext with_flags = context;
    if (arguments.port) with_flags.flags.emplace_back("http.port", *arguments.port);
    if (arguments.capture_script) with_flags.flags.emplace_back("capture.script", *arguments.capture_script);
    const auto settings = load_settings_of(with_flags, kDevDefaults);
    if (!settings) return report_failure(context, settings.error());
    DevOptions options;
    options.directory = arguments.directory;
    if (arguments.ready_file) options.ready_file = *arguments.ready_file;
    if (const auto ended = run_dev(*settings, options); !ended) report_failure(context, ended.error());
}

}  // namespace

void add_dev_command(CLI::App& root, CommandContext& context)
{
    auto* command = root.add_subcommand("dev", "Run everything on this machine; nothing leaves it");
    auto arguments = std::make_shared<DevArguments>();
    command->add_option("--data", arguments->directory, "Folder of the database and the keys; made when absent")
        ->capture_default_str();
    command->add_option("--port", arguments->port, "Port to serve on, 0 for any that is free (default 6011)");
    command->add_option("--ready-file", arguments->ready_file,
                        "File to write, once everything answers, with the facts a script needs (JSON)");
    command->add_option("--capture-script", arguments->capture_script,
                        "What the providers pretend, to try failures: '*@slow.example answer_after_ms=2000; "
                        "+12025550123 answer=reject' (capture.script; docs/operating.md)");
    command->footer(
        "Starts a PostgreSQL of its own in the data folder, the API, workers and scheduler, and providers that keep\n"
        "messages instead of sending them: they appear on the page at /. Ctrl-C stops it; the data stays.");
    command->callback([&context, arguments] { run(context, *arguments); });
}

}  // namespace herald::cli
