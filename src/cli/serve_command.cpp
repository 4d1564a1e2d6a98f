// herald serve
#include "app/serve.hpp"
#include "cli/commands.hpp"

namespace herald::cli
{

namespace
{

struct ServeArguments
{
    std::string roles = "api,worker,scheduler";
    std::optional<std::string> port;
    std::optional<std::string> host;
};

void run(CommandContext& context, const ServeArguments& arguments)
{
    const auto roles = RoleSet::parse(arguments.roles);
    if (!roles) return report_failure(context, roles.error());
    CommandContext with_flags = context;
    if (arguments.host) with_flags.flags.emplace_back("http.host", *arguments.host);
    if (arguments.port) with_flags.flags.emplace_back("http.port", *arguments.port);
    const auto settings = load_settings_of(with_flags);
    if (!settings) return report_failure(context, settings.error());
    if (const auto ended = serve(*settings, *roles); !ended) report_failure(context, ended.error());
}

}  // namespace

void add_serve_command(CLI::App& root, CommandContext& context)
{
    auto* command = root.add_subcommand("serve", "Run the given roles against a PostgreSQL of yours");
    auto arguments = std::make_shared<ServeArguments>();
    command->add_option("--roles", arguments->roles, "Any of api, worker, scheduler, separated by commas")
        ->capture_default_str();
    command->add_option("--host", arguments->host, "Address to listen on (http.host)");
    command->add_option("--port", arguments->port, "Port to listen on (http.port)");
    command->footer(
        "Needs database.url, security.keys, security.internal_secret, providers.email and providers.sms, from "
        "herald.toml,\n"
        "HERALD_* variables or --set; `herald config` lists every key. Run `herald migrate` first. SIGTERM drains: it "
        "stops accepting, finishes "
        "what\n"
        "is in flight, gives back what it claimed and exits within shutdown.drain_seconds.\n\n"
        "  herald serve --roles api --port 8080\n"
        "  herald serve --roles worker,scheduler");
    command->callback([&context, arguments] { run(context, *arguments); });
}

}  // namespace herald::cli
