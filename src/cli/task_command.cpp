// herald task
#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct List
{
};

struct Run
{
    TaskWish wish;
    std::string date;
    std::string as_of;
};

struct History
{
    std::optional<std::string> name;
    std::int32_t most = 50;
};

std::string names_of(std::span<const std::string_view> names)
{
    std::string text;
    for (const auto name : names) text += (text.empty() ? "" : ", ") + std::string(name);
    return text.empty() ? "-" : text;
}

// "succeeded 3 at 2026-11-23 09:00:00 UTC"
std::string last_of(const TaskOverview& row)
{
    if (row.running) return "running since " + moment(row.running->started_at);
    if (!row.last || !row.last->outcome) return "-";
    return *row.last->outcome + " at " + moment(row.last->ended_at);
}

Row row_of(const TaskOverview& row)
{
    return {std::string(row.task->name),
            row.task->time.to_string(),
            names_of(row.task->waits_for()),
            moment(row.next_run),
            last_of(row),
            std::string(row.task->help)};
}

json::object json_of(const TaskOverview& row)
{
    json::array after;
    for (const auto name : row.task->waits_for()) after.emplace_back(name);
    json::value last;
    if (row.last && row.last->outcome)
    {
        last = json::object{{"outcome", *row.last->outcome},
                            {"started_at", json_moment(row.last->started_at)},
                            {"ended_at", json_moment(row.last->ended_at)},
                            {"count", row.last->count.value_or(0)},
                            {"detail", json_text(row.last->detail.value_or(""))}};
    }
    return {{"name", row.task->name},
            {"when", row.task->time.to_string()},
            {"after", std::move(after)},
            {"help", row.task->help},
            {"timeout_seconds", row.task->timeout.count()},
            {"next_run", json_moment(row.next_run)},
            {"running_since", json_moment(row.running ? std::optional(row.running->started_at) : std::nullopt)},
            {"last", std::move(last)},
            {"succeeded_at", json_moment(row.last ? row.last->succeeded_at : std::nullopt)}};
}

Result<Answer> list(const Administration& administration, const List&)
{
    return show_list(administration.list_tasks(), {"NAME", "WHEN", "AFTER", "NEXT", "LAST", "WHAT"}, row_of,
                     [](const TaskOverview& row) { return json_of(row); });
}

std::string day_of(const RecordedRun& run)
{
    return run.for_date ? format_date(*run.for_date) : "";
}

Row row_of_run(const RecordedRun& run)
{
    const auto day = day_of(run);
    return {moment(run.started_at),
            moment(run.ended_at),
            run.task,
            day.empty() ? "-" : day,
            run.outcome,
            run.count ? std::to_string(*run.count) : "-",
            run.holder,
            run.detail.value_or("")};
}

json::object json_of_run(const RecordedRun& run)
{
    return {{"id", run.id.to_string()},
            {"task", run.task},
            {"for_date", json_text(day_of(run))},
            {"as_of", json_moment(run.as_of)},
            {"started_at", json_moment(run.started_at)},
            {"ended_at", json_moment(run.ended_at)},
            {"outcome", run.outcome},
            {"count", run.count ? json::value(*run.count) : json::value()},
            {"detail", json_text(run.detail.value_or(""))},
            {"holder", run.holder}};
}

Result<Answer> history(const Administration& administration, const History& arguments)
{
    return show_list(administration.list_task_runs(arguments.name, arguments.most),
                     {"STARTED", "ENDED", "TASK", "FOR", "OUTCOME", "COUNT", "BY", "WHY"}, row_of_run,
                     [](const RecordedRun& run) { return json_of_run(run); });
}

Result<Answer> run(const Administration& administration, const Run& arguments)
{
    TaskWish wish = arguments.wish;
    if (!arguments.as_of.empty()) wish.as_of = parse_iso8601(arguments.as_of);
    if (!arguments.date.empty()) wish.date = utc_date(*parse_iso8601(arguments.date));
    return show_result(administration.run_task_now(wish),
                       [](const TaskRunDone& done)
                       {
                           return Answer{
                               json::object{{"name", done.name},
                                            {"done", done.count},
                                            {"date", format_date(done.date)},
                                            {"as_of", json_moment(done.as_of)}},
                               fmt::format("{}: {} done for {}\n", done.name, done.count, format_date(done.date))};
                       });
}

std::string check_moment(const std::string& text)
{
    return parse_iso8601(text) ? "" : "'" + text + "' is not a moment like 2026-11-23T09:00:00Z";
}

std::string check_date(const std::string& text)
{
    constexpr std::size_t kLength = std::string_view("2026-11-23").size();
    return text.size() == kLength && parse_iso8601(text) ? "" : "'" + text + "' is not a day like 2026-11-23";
}

void add_run_verb(CLI::App& noun, CommandContext& context)
{
    auto* verb = noun.add_subcommand("run", "Run a task, now or as of another time");
    auto arguments = std::make_shared<Run>();
    verb->add_option("name", arguments->wish.name, "As `herald task list` shows it")->required();
    auto* date = verb->add_option("--date", arguments->date, "A daily task: for this local day, done or not")
                     ->check(CLI::Validator(check_date, "YYYY-MM-DD"));
    verb->add_option("--as-of", arguments->as_of, "The moment to take for now")
        ->check(CLI::Validator(check_moment, "ISO 8601"))
        ->excludes(date);
    verb->add_flag("--ignore-after", arguments->wish.ignore_after,
                   "Also when what it comes after has not succeeded for that day");
    verb->footer(
        "No other process runs the task meanwhile. A daily task that succeeds for a day is not run again for it by the "
        "scheduler.\n\n"
        "  herald task run maintain_partitions\n"
        "  herald task run drop_purged_contents --date 2026-11-23\n"
        "  herald task run check_ledger --as-of 2026-11-23T09:00:00Z");
    on_call(verb, context, arguments, run);
}

void add_history_verb(CLI::App& noun, CommandContext& context)
{
    auto* verb = noun.add_subcommand("history", "The runs of the last 30 days, newest first");
    auto arguments = std::make_shared<History>();
    verb->add_option("name", arguments->name, "Of this task only");
    verb->add_option("--limit", arguments->most, "The most to show")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    verb->footer(
        "Of a task that runs more often than once a minute: its first run, and each whose outcome was another than the "
        "last one's.\n\n"
        "  herald task history drop_purged_contents --limit 7");
    on_call(verb, context, arguments, history);
}

}  // namespace

void add_task_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "task", "What servers with the scheduler role do by the clock");
    auto* list_verb = noun->add_subcommand("list", "All tasks: when they run next, and what came of the last run");
    list_verb->footer("  herald task list --json");
    on_call(list_verb, context, std::make_shared<List>(), list);
    add_run_verb(*noun, context);
    add_history_verb(*noun, context);
}

}  // namespace herald::cli
