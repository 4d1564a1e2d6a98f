#include "cli/commands.hpp"

namespace herald::cli
{

void add_keys_command(CLI::App& root, CommandContext& /*context*/)
{
    root.add_subcommand("keys", "The ring of keys that seals data at rest")->require_subcommand(1);
}

}  // namespace herald::cli
