// The subcommands of `herald` that manage an installation, one function a file. Each adds its noun ("service") with its
// verbs to `root`; the verb that was asked for runs while the command line is parsed and leaves its exit code in the
// context.
//
//     CLI::App app("...", "herald");
//     CommandContext context;
//     app.add_option("--config", context.config_path, "...");
//     add_service_command(app, context);
//     return run_command_line(app, context, argc, argv);
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "base/settings.hpp"

namespace herald::cli
{

// The exit codes of every command.
inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;  // refused, not found, or it could not be done: standard error says why
inline constexpr int kExitUsage = 2;    // the command line itself is wrong

// Must outlive the parsing. Single-threaded.
struct CommandContext
{
    std::optional<std::string> config_path;  // --config; else HERALD_CONFIG, else ./herald.toml
    NamedTexts flags;                        // settings given on the command line, by their key
    bool json = false;                       // --json
    int exit_code = kExitOk;
};

// Parses, runs and gives the exit code. --help and --version are kExitOk, a wrong command line is kExitUsage.
int run_command_line(CLI::App& app, const CommandContext& context, int argc, const char* const* argv);

void add_service_command(CLI::App& root, CommandContext& context);
void add_template_command(CLI::App& root, CommandContext& context);
void add_key_command(CLI::App& root, CommandContext& context);  // API keys of services
void add_user_command(CLI::App& root, CommandContext& context);
void add_provider_command(CLI::App& root, CommandContext& context);
void add_notification_command(CLI::App& root, CommandContext& context);
void add_keys_command(CLI::App& root, CommandContext& context);  // the ring that seals data at rest

}  // namespace herald::cli
