// herald retention
#include <map>

#include <fmt/format.h>

#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct Show
{
    std::string service;
};

struct Plan
{
    std::int32_t days = 1;
};

// Of the services, the ones with the most; --json has all.
constexpr std::size_t kMostServicesShown = 20;

std::string progress_of(const RetentionSetting& setting)
{
    const auto done = fmt::format("{} moved, {} forgotten", setting.moved, setting.forgotten);
    return setting.applied_at ? done : "on its way: " + done;
}

Row row_of(const ServiceRetention& retention)
{
    const auto& setting = retention.setting;
    return {std::string(to_string(retention.channel)), std::to_string(retention.days),
            setting ? moment(setting->changed_at) : "the default", setting ? progress_of(*setting) : "-"};
}

json::object json_of(const ServiceRetention& retention)
{
    json::object shown{{"channel", to_string(retention.channel)}, {"days", retention.days}};
    if (const auto& setting = retention.setting)
    {
        shown["id"] = setting->id.to_string();
        shown["created_at"] = json_moment(setting->created_at);
        shown["changed_at"] = json_moment(setting->changed_at);
        shown["applied_at"] = json_moment(setting->applied_at);
        shown["moved"] = setting->moved;
        shown["forgotten"] = setting->forgotten;
    }
    return shown;
}

Result<Answer> show(const Administration& administration, const Show& arguments)
{
    return show_list(administration.show_retention(arguments.service), {"CHANNEL", "DAYS", "SINCE", "STORED MESSAGES"},
                     row_of, [](const ServiceRetention& retention) { return json_of(retention); });
}

json::value json_count(std::optional<std::int64_t> count)
{
    return count ? json::value(*count) : json::value(nullptr);
}

json::object json_of(const PlannedRule& planned)
{
    json::array partitions;
    for (const auto& partition : planned.partitions)
        partitions.push_back(json::object{{"name", partition.name},
                                          {"goes_on", format_date(partition.goes_on)},
                                          {"rows", json_count(partition.rows)},
                                          {"bytes", partition.bytes}});
    json::object shown{{"name", std::string(planned.rule.name)}, {"what", std::string(planned.rule.what)},
                       {"kept", std::string(planned.rule.kept)}, {"means", std::string(to_string(planned.rule.means))},
                       {"task", std::string(planned.rule.task)}, {"partitions", std::move(partitions)}};
    shown["rows"] = json_count(planned.rows);
    return shown;
}

json::object json_of(const PlannedMessages& planned)
{
    return {{"service_id", planned.service_id.to_string()}, {"service", planned.service_name},
            {"channel", to_string(planned.channel)},        {"days", planned.days},
            {"goes_on", format_date(planned.goes_on)},      {"messages", planned.messages}};
}

json::object json_of(const RetentionPlan& plan)
{
    json::array rules;
    for (const auto& rule : plan.rules) rules.push_back(json_of(rule));
    json::array messages;
    for (const auto& planned : plan.messages) messages.push_back(json_of(planned));
    return {{"today", format_date(plan.today)},
            {"until", format_date(plan.until)},
            {"rules", std::move(rules)},
            {"messages", std::move(messages)},
            {"under_way", plan.under_way}};
}

// "3 days, from 2026-11-25, 12,000 rows, 40 MB" in its parts.
Row row_of(const PlannedRule& planned)
{
    Row row{std::string(planned.rule.name), std::string(planned.rule.kept), std::string(planned.rule.task)};
    if (planned.rule.table.empty())
    {
        const auto rows = planned.rows.value_or(0);
        const auto count = fmt::format("{}{}", rows, rows >= kMostPlannedRows ? " or more" : "");
        row.insert(row.end(), {"-", planned.rows ? count : "-", "-"});
        return row;
    }
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    bool all_known = true;
    for (const auto& partition : planned.partitions)
    {
        rows += partition.rows.value_or(0);
        bytes += partition.bytes;
        all_known = all_known && partition.rows;
    }
    row.insert(row.end(), {planned.partitions.empty() ? "-"
                                                      : fmt::format("{}, from {}", planned.partitions.size(),
                                                                    format_date(planned.partitions.front().goes_on)),
                           all_known ? std::to_string(rows) : fmt::format("{} or more", rows),
                           fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6)});
    return row;
}

std::string text_of(const RetentionPlan& plan)
{
    std::vector<Row> rules{{"DATA", "KEPT", "TASK", "DAYS THAT GO", "ROWS", "SIZE"}};
    for (const auto& rule : plan.rules) rules.push_back(row_of(rule));
    std::vector<Row> services{{"ON", "SERVICE", "CHANNEL", "KEPT", "MESSAGES"}};
    std::int64_t others = 0;
    for (const auto& planned : plan.messages)
    {
        if (services.size() > kMostServicesShown)
            others += planned.messages;
        else
            services.push_back({format_date(planned.goes_on), planned.service_name,
                                std::string(to_string(planned.channel)), fmt::format("{} days", planned.days),
                                std::to_string(planned.messages)});
    }
    auto text = fmt::format("What goes from {} to {}\n\n{}\nContents of messages, by the counts\n\n{}",
                            format_date(plan.today), format_date(plan.until), table(rules), table(services));
    if (others > 0) text += fmt::format("and {} messages of others (--json has them)\n", others);
    if (plan.under_way > 0)
        text += fmt::format("\n{} messages are under way; their contents stay until they are over\n", plan.under_way);
    return text;
}

Result<Answer> plan(const Administration& administration, const Plan& arguments)
{
    return show_result(administration.plan_retention(arguments.days),
                       [](const RetentionPlan& planned) { return Answer{json_of(planned), text_of(planned)}; });
}

}  // namespace

void add_retention_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "retention", "What is forgotten, and when");
    noun->footer("A service's days are changed with `herald service change`, 3 to 90; what is stored follows.");

    auto* show_verb = noun->add_subcommand("show", "How long a service's messages are kept, and how far a change is");
    auto to_show = std::make_shared<Show>();
    show_verb->add_option("service", to_show->service, "Its name or id")->required();
    show_verb->footer("  herald retention show 'Town hall'");
    on_call(show_verb, context, to_show, show);

    auto* plan_verb = noun->add_subcommand("plan", "What will go in the next days, by which rule; changes nothing");
    auto to_plan = std::make_shared<Plan>();
    plan_verb->add_option("--days", to_plan->days, "How many days ahead, 0 to 90 (1)");
    plan_verb->footer("  herald retention plan --days 7");
    on_call(plan_verb, context, to_plan, plan);
}

}  // namespace herald::cli
