#include "cli/commands.hpp"

namespace herald::cli
{

void add_key_command(CLI::App& root, CommandContext& /*context*/)
{
    root.add_subcommand("key", "API keys of a service")->require_subcommand(1);
}

}  // namespace herald::cli
