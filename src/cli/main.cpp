// The command line of Herald: `herald COMMAND`. Each command is in the file of its name; cli/commands.hpp lists them.
#include "cli/commands.hpp"

int main(int argc, char** argv)
{
    using namespace herald::cli;
    CLI::App app("Herald: a notifications platform. Sends text messages and emails from templates, by API.", "herald");
    CommandContext context;
    add_root_options(app, context);
    add_dev_command(app, context);
    add_serve_command(app, context);
    add_migrate_command(app, context);
    add_config_command(app, context);
    add_token_command(app, context);
    add_bench_command(app, context);
    add_service_command(app, context);
    add_branding_command(app, context);
    add_template_command(app, context);
    add_key_command(app, context);
    add_user_command(app, context);
    add_provider_command(app, context);
    add_receipt_command(app, context);
    add_inbound_number_command(app, context);
    add_retention_command(app, context);
    add_suppression_command(app, context);
    add_job_command(app, context);
    add_notification_command(app, context);
    add_callback_command(app, context);
    add_task_command(app, context);
    add_keys_command(app, context);
    return run_command_line(app, context, argc, argv);
}
