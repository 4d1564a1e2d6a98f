// herald config
#include <cstdio>

#include "base/json.hpp"
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
        "Secrets are masked. With --json: one object of every key and its value.");
    command->callback(
        [&context, dump]
        {
            const auto settings = load_settings_of(context);
            if (!settings) return report_failure(context, settings.error());
            const auto text = context.json ? to_wire(settings_values(*settings)) : dump_settings(*settings);
            std::fputs(text.c_str(), stdout);
        });
}

}  // namespace herald::cli
