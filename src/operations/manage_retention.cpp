#include "operations/manage_retention.hpp"

#include <map>

#include "domain/services/retention.hpp"
#include "operations/manage_checks.hpp"
#include "sql/queries.hpp"
#include "storage/service_store.hpp"

namespace herald
{

namespace
{

Task<> plan_partitions(const ManageContext& context, RetentionPlan& plan)
{
    std::vector<std::string> tables;
    for (const auto& planned : plan.rules)
        if (!planned.rule.table.empty()) tables.emplace_back(planned.rule.table);
    auto params = pg::Params::of(tables);
    const auto rows =
        co_await context.database.execute(sql::list_retention_partitions, std::move(params), context.deadline);
    for (auto& planned : plan.rules)
        for (std::size_t i = 0; i < rows.size(); ++i)
        {
            if (rows.get<std::string>(i, "parent") != planned.rule.table) continue;
            const auto after = static_cast<int>(planned.rule.after_its_day.count());
            const LocalDate goes_on = add_days(rows.get<LocalDate>(i, "day"), after);
            if (goes_on > plan.until) break;
            planned.partitions.push_back({rows.get<std::string>(i, "name"), std::max(goes_on, plan.today),
                                          rows.get<std::optional<std::int64_t>>(i, "rows"),
                                          rows.get<std::int64_t>(i, "bytes")});
        }
}

Task<> plan_rows(const ManageContext& context, const TimeZone& zone, RetentionPlan& plan)
{
    const Instant end = std::max(context.now, zone.start_of(plan.until));
    auto params = pg::Params::of(kMostPlannedRows, plan.until, end - kIdempotencyKeysKept, end - kDeadSecretsKept,
                                 end - kLiftedSuppressionsKept, job_cutoffs_on(zone, plan.until));
    const auto rows = co_await context.database.execute(sql::count_retention_rows, std::move(params), context.deadline);
    std::map<std::string, std::int64_t, std::less<>> counts;
    for (std::size_t i = 0; i < rows.size(); ++i)
        counts[rows.get<std::string>(i, "name")] = rows.get<std::int64_t>(i, "rows");
    for (auto& planned : plan.rules)
        if (const auto found = counts.find(planned.rule.name); found != counts.end()) planned.rows = found->second;
}

Task<> plan_messages(const ManageContext& context, const TimeZone& zone, RetentionPlan& plan)
{
    auto days = pg::Params::of(plan.today, plan.until);
    const auto rows = co_await context.database.execute(sql::estimate_retention, std::move(days), context.deadline);
    for (std::size_t i = 0; i < rows.size(); ++i)
        plan.messages.push_back({ServiceId{rows.get<Uuid>(i, "service_id")}, rows.get<std::string>(i, "name"),
                                 static_cast<Channel>(rows.get<std::int16_t>(i, "channel")),
                                 rows.get<std::int32_t>(i, "days"), rows.get<LocalDate>(i, "goes_on"),
                                 rows.get<std::int64_t>(i, "messages")});
    const Uuid before = uuid_v7_floor(zone.start_of(add_days(plan.until, 1 - kLeastRetentionDays)));
    auto params = pg::Params::of(plan.until, before);
    const auto waiting =
        co_await context.database.execute(sql::count_unfinished_past, std::move(params), context.deadline);
    plan.under_way = waiting.get<std::int64_t>(0, "messages");
}

}  // namespace

Task<Result<std::vector<ServiceRetention>>> show_retention(ManageContext context, ServiceId service)
{
    const auto row = co_await ServiceStore(context.database, context.keys).find_row(service, context.deadline);
    if (!row) co_return fail(ErrorKind::not_found, no_such_service(service.to_string()));
    std::vector<ServiceRetention> shown{{Channel::email, row->service.retention_days_email, std::nullopt},
                                        {Channel::sms, row->service.retention_days_sms, std::nullopt}};
    const auto settings = co_await RetentionStore(context.database).list(service, context.deadline);
    for (auto& one : shown)
        for (const auto& setting : settings)
            if (setting.channel == one.channel) one.setting = setting;
    co_return shown;
}

Task<Result<RetentionPlan>> plan_retention(ManageContext context, const TimeZone& zone, std::int32_t days)
{
    if (days < 0 || days > kMostRetentionDays)
        co_return fail(ErrorKind::validation, "A plan is for 0 to 90 days from today");
    RetentionPlan plan;
    plan.today = zone.date_of(context.now);
    plan.until = add_days(plan.today, days);
    for (const auto& rule : retention_rules())
    {
        PlannedRule planned;
        planned.rule = rule;
        plan.rules.push_back(std::move(planned));
    }
    co_await plan_partitions(context, plan);
    co_await plan_rows(context, zone, plan);
    co_await plan_messages(context, zone, plan);
    co_return plan;
}

}  // namespace herald
