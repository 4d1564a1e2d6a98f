// Templates and their versions. Belongs to the Loop of its Database.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/templates/template.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

class TemplateStore
{
public:
    explicit TemplateStore(pg::Database& database) : database_(database) {}

    // nullopt: the service has no such template. Archived ones are found.
    Task<std::optional<Template>> find(ServiceId service, TemplateId id, Deadline deadline);
    Task<std::optional<Template>> find_version(ServiceId service, TemplateId id, std::int32_t version,
                                               Deadline deadline);
    // Neither hidden nor archived, by name, then type.
    Task<std::vector<Template>> list(ServiceId service, std::optional<Channel> channel, Deadline deadline);
    // For operators: by name, archived ones included on demand.
    Task<std::vector<Template>> list_all(ServiceId service, bool with_archived, Deadline deadline);
    // Today's names of those that are found. Archived ones are.
    Task<std::map<TemplateId, std::string>> names(ServiceId service, std::vector<TemplateId> ids, Deadline deadline);
    // Version 1 of a new template.
    Task<> add(Template made, std::optional<UserId> author, Instant now, Deadline deadline);
    // A new version with the name, content, subject, priority and archived of `changed`: its number, or nullopt when
    // there is no such template.
    Task<std::optional<std::int32_t>> update(Template changed, std::optional<UserId> author, Instant now,
                                             Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
