// herald config
#include <cstdio>

#include "cli/commands.hpp"

namespace herald::cli
{

void add_config_command(CLI::App& root, CommandContext& context)
{
    auto* command = root.add_subcommand("config", "Check the configuration and show it");
    auto dump = std::make_shared<bool>(false);
    command->add_flag("--dump", *dump,
                      "Print every key with its help, bounds and value now, as a herald.toml (the default)");
    command->footer(
        "Sources, later ones win: herald.toml (or --config, HERALD_CONFIG), HERALD_SECTION_KEY variables, --set.\n"
        "Secrets are masked.");
    command->callback(
        [&context, dump]
        {
            const auto settings = load_settings_of(context);
            if (!settings) return report_failure(context, settings.error());
            std::fputs(dump_settings(*settings).c_str(), stdout);
        });
}

}  // namespace herald::cli
