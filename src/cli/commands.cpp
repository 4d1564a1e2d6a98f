#include "cli/commands.hpp"

namespace herald::cli
{

int run_command_line(CLI::App& app, const CommandContext& context, int argc, const char* const* argv)
{
    try
    {
        app.parse(argc, argv);
    }
    catch (const CLI::ParseError& stopped)
    {
        // Prints the help, or what is wrong with the command line.
        return app.exit(stopped) == static_cast<int>(CLI::ExitCodes::Success) ? kExitOk : kExitUsage;
    }
    return context.exit_code;
}

}  // namespace herald::cli
