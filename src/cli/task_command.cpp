// herald task
#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct Run
{
    std::string name;
    std::string at;
};

Result<Answer> list()
{
    const Result<std::vector<NamedTask>> tasks = Administration::list_tasks();
    return show_list(
        tasks, {"NAME", "WHEN", "WHAT"}, [](const NamedTask& task) { return Row{task.name, task.when, task.help}; },
        [](const NamedTask& task)
        { return json::object{{"name", task.name}, {"when", task.when}, {"help", task.help}}; });
}

Result<Answer> run(const Administration& administration, const Run& arguments)
{
    std::optional<Instant> at;
    if (!arguments.at.empty())
    {
        at = parse_iso8601(arguments.at);
        if (!at) return fail(ErrorKind::validation, "'" + arguments.at + "' is not a moment like 2026-11-23T09:00:00Z");
    }
    const auto done = administration.run_task_now(arguments.name, at);
    if (!done) return Failure(done.error());
    return Answer{json::object{{"name", arguments.name}, {"done", *done}},
                  arguments.name + ": " + std::to_string(*done) + " done\n"};
}

}  // namespace

void add_task_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "task", "What servers with the scheduler role do by the clock");
    noun->add_subcommand("list", "All tasks, and when they run")
        ->callback([&context] { print_answer(context, list()); });
    auto* verb = noun->add_subcommand("run", "Run a task now. Harmless while a scheduler runs it as well");
    auto arguments = std::make_shared<Run>();
    verb->add_option("name", arguments->name, "As `herald task list` shows it")->required();
    verb->add_option("--at", arguments->at, "The moment to take for now (ISO 8601), to do a past day's work again");
    verb->footer("  herald task run maintain_partitions");
    on_call(verb, context, arguments, run);
}

}  // namespace herald::cli
