#include "cli/commands.hpp"

namespace herald::cli
{

void add_user_command(CLI::App& root, CommandContext& /*context*/)
{
    root.add_subcommand("user", "People")->require_subcommand(1);
}

}  // namespace herald::cli
