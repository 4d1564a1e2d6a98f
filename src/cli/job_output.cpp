#include "cli/job_output.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "cli/job_progress.hpp"

namespace herald::cli
{

namespace
{

constexpr int kHeaderLine = 2;  // a spreadsheet's first row of data

json::object statistics_json(const JobReport& report)
{
    json::object statistics;
    for (const auto& [status, count] : report.statistics) statistics[to_string(status)] = count;
    return statistics;
}

std::string statistics_text(const JobReport& report)
{
    std::string text;
    for (const auto& [status, count] : report.statistics)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, to_string(status));
    return text.empty() ? "none" : text;
}

std::string state_text(const Job& job)
{
    auto text = std::string(to_string(job.status));
    if (job.paused_at) text += " (paused)";
    if (!job.reason.empty()) text += ": " + job.reason;
    return text;
}

template <class Number>
json::value json_number(const std::optional<Number>& number)
{
    return number ? json::value(*number) : json::value(nullptr);
}

std::string character_text(char32_t character)
{
    std::string text;
    append_utf8(text, character);
    return text;
}

json::array bad_rows_json(const JobPlan& plan)
{
    json::array rows;
    for (const auto& bad : plan.first_bad_rows)
        rows.push_back(json::object{{"row", bad.number + kHeaderLine}, {"reason", bad.reason}});
    return rows;
}

json::object json_of(const JobPlan& plan)
{
    json::array reasons;
    for (const auto& each : plan.reasons) reasons.push_back(json::object{{"reason", each.reason}, {"rows", each.rows}});
    json::array characters;
    for (const auto& each : plan.downgraded)
        characters.push_back(json::object{{"character", character_text(each.character)}, {"rows", each.rows}});
    const auto& times = plan.times;
    json::value source = nullptr;
    if (times.rate_source) source = *times.rate_source == RateSource::job ? "job" : "provider";
    return {{"rows", plan.rows},
            {"good_rows", plan.good_rows},
            {"bad_rows", plan.bad_rows},
            {"first_bad_rows", bad_rows_json(plan)},
            {"reasons", std::move(reasons)},
            {"not_allowed_rows", plan.not_allowed_rows},
            {"type", to_string(plan.channel)},
            {"template_version", plan.template_version},
            {"messages", plan.good_rows},
            {"fragments", plan.channel == Channel::sms ? json::value(plan.fragments) : json::value(nullptr)},
            {"price", plan.price ? json::value(*plan.price) : json::value(nullptr)},
            {"international_rows", plan.international_rows},
            {"repeated_rows", plan.repeated_rows},
            {"repeated_in_last_days", json_number(plan.repeated_in_last_days)},
            {"suppressed_rows", plan.suppressed_rows},
            {"downgraded_rows", plan.downgraded_rows},
            {"downgraded_characters", std::move(characters)},
            {"daily_limit", json::object{{"limit", plan.limit.limit},
                                         {"used", plan.limit.used},
                                         {"left", plan.limit.left},
                                         {"fits", plan.limit.fits}}},
            {"forecast", json::object{{"rows_ahead", times.rows_ahead},
                                      {"starts_at", json_moment(times.starts_at)},
                                      {"ends_at", json_moment(times.ends_at)},
                                      {"rate_per_second", json_number(times.rate_per_second)},
                                      {"rate_source", std::move(source)}}}};
}

std::string characters_text(const JobPlan& plan)
{
    if (plan.downgraded.empty()) return "none";
    std::string text = fmt::format("in {} rows:", plan.downgraded_rows);
    for (const auto& each : plan.downgraded) text += " " + character_text(each.character);
    return text;
}

std::string limit_text(const PlannedLimit& limit)
{
    const auto* verdict = limit.fits ? "the list fits" : "THE LIST DOES NOT FIT: nothing of it would be sent";
    return fmt::format("{} of {} used, {} left; {}", limit.used, limit.limit, limit.left, verdict);
}

std::string end_text(const PlannedTimes& times)
{
    if (!times.ends_at) return "not known: neither the provider nor the job has a stated rate";
    return fmt::format("{} at the earliest, at {} messages a second ({})", moment(times.ends_at),
                       *times.rate_per_second, *times.rate_source == RateSource::job ? "as asked" : "the provider's");
}

std::string reasons_text(const JobPlan& plan)
{
    std::vector<Row> counted{{"ROWS", "REASON"}};
    for (const auto& each : plan.reasons) counted.push_back({std::to_string(each.rows), each.reason});
    std::vector<Row> shown{{"ROW", "WHAT IS WRONG"}};
    for (const auto& bad : plan.first_bad_rows) shown.push_back({std::to_string(bad.number + kHeaderLine), bad.reason});
    const bool all = shown.size() > static_cast<std::size_t>(plan.bad_rows);
    return fmt::format("\n{}\n{}{}", table(counted), table(shown), all ? "" : "...\n");
}

}  // namespace

json::object json_of(const JobReport& report)
{
    const Job& job = report.job;
    const auto counts = counts_of(report);
    return {{"id", job.id.to_string()},
            {"service_id", job.service_id.to_string()},
            {"name", job.original_file_name},
            {"status", to_string(job.status)},
            {"paused", job.paused_at.has_value()},
            {"reason", json_text(job.reason)},
            {"type", to_string(job.channel)},
            {"template", json::object{{"id", job.template_id.to_string()}, {"version", job.template_version}}},
            {"corrects", job.original_job_id ? json::value(job.original_job_id->to_string()) : json::value(nullptr)},
            {"rows", job.notification_count},
            {"created_rows", counts.created},
            {"bad_rows", counts.bad},
            {"retried_rows", job.rows_retried},
            {"sent", counts.sent},
            {"delivered", counts.delivered},
            {"failed", counts.failed},
            {"statistics", statistics_json(report)},
            {"rows_per_second", json_number(job.rows_per_second)},
            {"scheduled_for", json_moment(job.scheduled_for)},
            {"created_at", json_moment(job.created_at)},
            {"started_at", json_moment(job.processing_started)},
            {"finished_at", json_moment(job.processing_finished)},
            {"ended", has_ended(report)},
            {"file_kept", !job.archived()}};
}

Answer show_job(const JobReport& report)
{
    const Job& job = report.job;
    const auto counts = counts_of(report);
    std::vector<std::pair<std::string, std::string>> lines{
        {"job", job.id.to_string()},
        {"name", job.original_file_name},
        {"state", state_text(job)},
        {"template",
         fmt::format("{}, version {} ({})", job.template_id.to_string(), job.template_version, to_string(job.channel))},
        {"rows", fmt::format("{}: {} created, {} bad", counts.rows, counts.created - counts.bad, counts.bad)},
        {"messages", statistics_text(report)},
    };
    if (job.rows_retried > 0) lines.emplace_back("sent again", fmt::format("{} rows", job.rows_retried));
    if (job.rows_per_second) lines.emplace_back("rate", fmt::format("{} rows a second", *job.rows_per_second));
    if (job.original_job_id) lines.emplace_back("corrects", job.original_job_id->to_string());
    if (job.scheduled_for) lines.emplace_back("scheduled for", moment(job.scheduled_for));
    lines.emplace_back("created", moment(job.created_at));
    lines.emplace_back("started", moment(job.processing_started));
    lines.emplace_back("rows done", moment(job.processing_finished));
    auto text = facts(lines);
    if (counts.bad > 0)
        text += fmt::format("\nFetch the bad rows:  herald job bad-rows {} --service {} --output bad.csv\n",
                            job.id.to_string(), job.service_id.to_string());
    return {json_of(report), std::move(text)};
}

Answer show_plan(const JobPlan& plan)
{
    std::vector<std::pair<std::string, std::string>> lines{
        {"rows", fmt::format("{}: {} good, {} bad", plan.rows, plan.good_rows, plan.bad_rows)},
        {"messages", std::to_string(plan.good_rows)},
    };
    if (plan.channel == Channel::sms)
    {
        lines.emplace_back("fragments", std::to_string(plan.fragments));
        lines.emplace_back("changed characters", characters_text(plan));
        lines.emplace_back("international", fmt::format("{} rows", plan.international_rows));
    }
    lines.emplace_back("repeated", fmt::format("{} rows have the recipient of an earlier row", plan.repeated_rows));
    lines.emplace_back("suppressed", fmt::format("{} rows; their messages end at once", plan.suppressed_rows));
    if (plan.not_allowed_rows > 0)
        lines.emplace_back("not allowed", fmt::format("{} rows: the service is in trial mode", plan.not_allowed_rows));
    lines.emplace_back("daily limit", limit_text(plan.limit));
    lines.emplace_back("ahead of it", fmt::format("{} rows", plan.times.rows_ahead));
    lines.emplace_back("starts", moment(plan.times.starts_at));
    lines.emplace_back("ends", end_text(plan.times));
    auto text = facts(lines);
    if (plan.bad_rows > 0) text += reasons_text(plan);
    return {json_of(plan), text + "\nNothing was sent or created.\n"};
}

}  // namespace herald::cli
