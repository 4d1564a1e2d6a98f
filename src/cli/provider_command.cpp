#include "cli/commands.hpp"

namespace herald::cli
{

void add_provider_command(CLI::App& root, CommandContext& /*context*/)
{
    root.add_subcommand("provider", "Who carries messages")->require_subcommand(1);
}

}  // namespace herald::cli
