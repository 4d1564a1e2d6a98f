#include "http/internal/job_json.hpp"

#include <set>

#include "http/job_values.hpp"
#include "http/json_values.hpp"
#include "http/notification_values.hpp"
#include "storage/user_store.hpp"

namespace herald::http::internal
{

namespace
{

struct JobNames
{
    std::map<UserId, std::string> authors;
    std::map<TemplateId, std::string> templates;
};

Task<JobNames> find_names(const std::vector<JobReport>& reports, ServiceId service, Context& context, Deadline deadline)
{
    std::set<UserId> authors;
    std::set<TemplateId> templates;
    for (const auto& report : reports)
    {
        if (report.job.created_by_id) authors.insert(*report.job.created_by_id);
        templates.insert(report.job.template_id);
    }
    JobNames names;
    if (reports.empty()) co_return names;
    std::vector<TemplateId> template_ids(templates.begin(), templates.end());
    names.templates = co_await TemplateStore(context.reading).names(service, std::move(template_ids), deadline);
    std::vector<UserId> author_ids(authors.begin(), authors.end());
    const auto users = co_await UserStore(context.reading).find_all(std::move(author_ids), deadline);
    for (const auto& user : users) names.authors.emplace(user.id, user.name);
    co_return names;
}

template <class Map, class Key>
json::value name_of(const Map& names, const Key& id)
{
    const auto found = names.find(id);
    return found == names.end() ? json::value(nullptr) : json::value(found->second);
}

json::value author_json(const Job& job, const JobNames& names)
{
    if (!job.created_by_id) return nullptr;
    return {{"id", job.created_by_id->to_string()}, {"name", name_of(names.authors, *job.created_by_id)}};
}

json::object shown(const JobReport& report, const Service& owner, const JobNames& names)
{
    const Job& job = report.job;
    return {{"id", job.id.to_string()},
            {"original_file_name", job.original_file_name},
            {"service", owner.id.to_string()},
            {"service_name", {{"name", owner.name}}},
            {"template", job.template_id.to_string()},
            {"template_name", name_of(names.templates, job.template_id)},
            {"template_type", to_string(job.channel)},
            {"template_version", job.template_version},
            {"job_status", to_string(job.status)},
            {"notification_count", job.notification_count},
            {"contact_list_id", or_null(job.contact_list_id, id_text)},
            {"archived", job.archived()},
            {"created_by", author_json(job, names)},
            {"created_at", format_seconds(job.created_at)},
            {"updated_at", or_null(job.updated_at, format_seconds)},
            {"scheduled_for", or_null(job.scheduled_for, format_seconds)},
            {"processing_started", or_null(job.processing_started, format_seconds)},
            {"processing_finished", or_null(job.processing_finished, format_seconds)},
            {"statistics", statistics_json(report.statistics)}};
}

}  // namespace

Task<json::array> jobs_json(std::vector<JobReport> reports, ServicePtr owner, Context& context, Deadline deadline)
{
    const auto names = co_await find_names(reports, owner->service().id, context, deadline);
    json::array all;
    for (const auto& report : reports) all.push_back(shown(report, owner->service(), names));
    co_return all;
}

Task<json::object> job_json(JobReport report, ServicePtr owner, Context& context, Deadline deadline)
{
    std::vector<JobReport> one;
    one.push_back(std::move(report));
    auto all = co_await jobs_json(std::move(one), std::move(owner), context, deadline);
    co_return std::move(all.front().as_object());
}

}  // namespace herald::http::internal
