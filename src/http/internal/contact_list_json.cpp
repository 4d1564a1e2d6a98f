#include "http/internal/contact_list_json.hpp"

#include "http/json_values.hpp"

namespace herald::http::internal
{

json::object contact_list_json(const ContactList& list, ServiceId service)
{
    return {{"id", list.id.to_string()},
            {"service_id", service.to_string()},
            {"original_file_name", list.original_file_name},
            {"row_count", list.row_count},
            {"template_type", to_string(list.channel)},
            {"has_jobs", list.has_jobs},
            {"recent_job_count", list.recent_job_count},
            {"created_by", or_null(list.created_by_name)},
            {"created_at", format_v2(list.created_at)}};
}

}  // namespace herald::http::internal
