#include "cli/commands.hpp"

namespace herald::cli
{

void add_service_command(CLI::App& root, CommandContext& /*context*/)
{
    root.add_subcommand("service", "Services: the teams' accounts")->require_subcommand(1);
}

}  // namespace herald::cli
