#include "http/v2/job_json.hpp"

#include <algorithm>

#include "http/json_values.hpp"
#include "http/notification_values.hpp"

namespace herald::http::v2
{

namespace
{

// Always with the fraction: "2026-11-23T09:05:07.000123+00:00".
std::string moment(Instant instant)
{
    std::string text = format_v2(instant);
    text.pop_back();
    return text + "+00:00";
}

json::value key_json(const std::optional<ApiKeyId>& id, const ServiceContext& owner)
{
    if (!id) return nullptr;
    const auto& keys = owner.record.keys;
    const auto found = std::ranges::find(keys, *id, &ApiKey::id);
    if (found == keys.end()) return {{"id", id->to_string()}, {"name", nullptr}, {"key_type", nullptr}};
    return {{"id", id->to_string()}, {"name", found->name}, {"key_type", to_string(found->type)}};
}

}  // namespace

json::object job_json(const Job& job, const ServiceContext& owner)
{
    const Service& service = owner.service();
    return {{"id", job.id.to_string()},
            {"original_file_name", job.original_file_name},
            {"service", service.id.to_string()},
            {"service_name", {{"name", service.name}}},
            {"template", job.template_id.to_string()},
            {"template_version", job.template_version},
            {"template_type", to_string(job.channel)},
            {"job_status", to_string(job.status)},
            {"notification_count", job.notification_count},
            {"sender_id", or_null(job.sender_id, id_text)},
            {"api_key", key_json(job.api_key_id, owner)},
            {"created_by", nullptr},
            {"archived", job.archived()},
            {"created_at", moment(job.created_at)},
            {"updated_at", or_null(job.updated_at, moment)},
            {"scheduled_for", or_null(job.scheduled_for, moment)},
            {"processing_started", or_null(job.processing_started, moment)},
            {"processing_finished", or_null(job.processing_finished, moment)}};
}

}  // namespace herald::http::v2
