#include "cli/commands.hpp"

namespace herald::cli
{

void add_template_command(CLI::App& root, CommandContext& /*context*/)
{
    root.add_subcommand("template", "Message templates of a service")->require_subcommand(1);
}

}  // namespace herald::cli
