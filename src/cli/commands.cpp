#include "cli/commands.hpp"

#include <algorithm>
#include <cstdio>

#include "app/options.hpp"
#include "base/json.hpp"

namespace herald::cli
{

namespace
{

std::string check_assignment(const std::string& text)
{
    return text.find('=') == std::string::npos || text.starts_with('=') ? "it has to be KEY=VALUE, as in http.port=8080"
                                                                        : "";
}

void print_json_error(std::string_view message, const std::vector<std::string>& more)
{
    const json::object object{{"error", message}, {"more", json::value_from(more)}};
    std::fputs(to_wire(object).c_str(), stderr);
}

// The options of a command line that does not parse are not told.
bool asks_for_json(int argc, const char* const* argv)
{
    return std::any_of(argv, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
}

}  // namespace

void add_root_options(CLI::App& root, CommandContext& context)
{
    root.require_subcommand(1);
    root.fallthrough();
    root.set_version_flag("--version", std::string("herald ") + HERALD_VERSION);
    root.add_option("--config", context.config_path, "Configuration file (default: HERALD_CONFIG, else ./herald.toml)");
    root.add_flag("--json", context.json, "Answer in JSON");
    root.add_option_function<std::vector<std::string>>(
            "--set",
            [&context](const std::vector<std::string>& all)
            {
                for (const auto& text : all)
                    context.flags.emplace_back(text.substr(0, text.find('=')), text.substr(text.find('=') + 1));
            },
            "A setting, KEY=VALUE; wins over file and environment. May be repeated")
        ->check(CLI::Validator(check_assignment, "KEY=VALUE"))
        ->allow_extra_args(false);
}

Result<Settings> load_settings_of(const CommandContext& context, std::span<const CommandDefault> defaults)
{
    auto sources = process_sources(context.config_path, context.flags);
    if (!sources) return Failure(sources.error());
    sources->defaults.assign(defaults.begin(), defaults.end());
    auto settings = load_settings(*sources);
    if (!settings) return settings;
    if (auto usable = check_database_url(*settings); !usable) return Failure(usable.error());
    return settings;
}

void report_failure(CommandContext& context, const Error& error)
{
    context.exit_code = kExitRefused;
    if (context.json) return print_json_error(error.message, error.more);
    std::fprintf(stderr, "%s\n", error.message.c_str());
    for (const auto& more : error.more) std::fprintf(stderr, "%s\n", more.c_str());
}

int run_command_line(CLI::App& app, const CommandContext& context, int argc, const char* const* argv)
{
    try
    {
        app.parse(argc, argv);
    }
    catch (const CLI::ParseError& stopped)
    {
        if (stopped.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success) && asks_for_json(argc, argv))
        {
            print_json_error(stopped.what(), {});
            return kExitUsage;
        }
        // Prints the help, or what is wrong with the command line.
        return app.exit(stopped) == static_cast<int>(CLI::ExitCodes::Success) ? kExitOk : kExitUsage;
    }
    return context.exit_code;
}

}  // namespace herald::cli
