#include "cli/commands.hpp"

namespace herald::cli
{

void add_notification_command(CLI::App& root, CommandContext& /*context*/)
{
    root.add_subcommand("notification", "One message")->require_subcommand(1);
}

}  // namespace herald::cli
