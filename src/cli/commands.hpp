// The subcommands of `herald`, one function a file. Each adds its name ("dev"), or its noun ("service") with its verbs,
// to `root`; what was asked for runs while the command line is parsed and leaves its exit code in the context.
//
//     CLI::App app("...", "herald");
//     CommandContext context;
//     add_root_options(app, context);
//     add_service_command(app, context);
//     return run_command_line(app, context, argc, argv);
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/settings.hpp"

namespace herald::cli
{

// The exit codes of every command. A process that could not end in time when it was stopped has 3 (app/serve.cpp).
inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;  // refused, not found, or it could not be done: standard error says why
inline constexpr int kExitUsage = 2;    // the command line itself is wrong

// Must outlive the parsing. Single-threaded.
struct CommandContext
{
    std::optional<std::string> config_path;  // --config; else HERALD_CONFIG, else ./herald.toml
    NamedTexts flags;                        // settings given on the command line, by their key
    std::string data_directory =
        "herald-data";  // --data: the folder of a `herald dev`, where no database is configured
    bool json = false;  // --json
    int exit_code = kExitOk;
};

// Parses, runs and gives the exit code. --help and --version are kExitOk, a wrong command line is kExitUsage.
int run_command_line(CLI::App& app, const CommandContext& context, int argc, const char* const* argv);

// --config, --set and --json, before or after the subcommand.
void add_root_options(CLI::App& root, CommandContext& context);

// A default that suits one command better than the one of settings.cpp; every source wins over it.
using CommandDefault = std::pair<std::string_view, std::string_view>;
Result<Settings> load_settings_of(const CommandContext& context, std::span<const CommandDefault> defaults = {});

// Says on standard error what is wrong, every line of it, and sets the exit code to kExitRefused. With --json: one
// object, {"error": the first line, "more": [the others]}.
void report_failure(CommandContext& context, const Error& error);

// Processes that stay.
void add_dev_command(CLI::App& root, CommandContext& context);
void add_serve_command(CLI::App& root, CommandContext& context);

// By hand, once.
void add_migrate_command(CLI::App& root, CommandContext& context);
void add_config_command(CLI::App& root, CommandContext& context);
void add_token_command(CLI::App& root, CommandContext& context);
void add_bench_command(CLI::App& root, CommandContext& context);

// What an installation consists of.
void add_service_command(CLI::App& root, CommandContext& context);
void add_branding_command(CLI::App& root, CommandContext& context);  // of emails
void add_template_command(CLI::App& root, CommandContext& context);
void add_key_command(CLI::App& root, CommandContext& context);  // API keys of services
void add_user_command(CLI::App& root, CommandContext& context);
void add_provider_command(CLI::App& root, CommandContext& context);
void add_receipt_command(CLI::App& root, CommandContext& context);         // of providers, and their journal
void add_inbound_number_command(CLI::App& root, CommandContext& context);  // that people write to
void add_retention_command(CLI::App& root, CommandContext& context);       // of personal data
void add_suppression_command(CLI::App& root, CommandContext& context);     // of recipients
void add_job_command(CLI::App& root, CommandContext& context);             // lists of recipients that are sent
void add_notification_command(CLI::App& root, CommandContext& context);
void add_callback_command(CLI::App& root, CommandContext& context);  // calls to services
void add_task_command(CLI::App& root, CommandContext& context);      // what comes with the clock
void add_keys_command(CLI::App& root, CommandContext& context);      // the ring that seals data at rest

}  // namespace herald::cli
