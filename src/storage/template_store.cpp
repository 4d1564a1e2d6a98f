#include "storage/template_store.hpp"

#include "sql/queries.hpp"

namespace herald
{

namespace
{

Template read_template(const pg::Rows& rows, std::size_t i)
{
    Template found;
    found.id = TemplateId{rows.get<Uuid>(i, "id")};
    found.service_id = ServiceId{rows.get<Uuid>(i, "service_id")};
    found.version = rows.get<std::int32_t>(i, "version");
    found.type = static_cast<Channel>(rows.get<std::int16_t>(i, "channel"));
    found.name = rows.get<std::string>(i, "name");
    found.content = rows.get<std::string>(i, "content");
    found.subject = rows.get<std::optional<std::string>>(i, "subject").value_or("");
    found.archived = rows.get<bool>(i, "archived");
    found.hidden = rows.get<bool>(i, "hidden");
    found.priority = rows.get<bool>(i, "priority");
    found.redact_personalisation = rows.get<bool>(i, "redact_personalisation");
    found.created_at = rows.get<Instant>(i, "created_at");
    found.updated_at = rows.get<std::optional<Instant>>(i, "updated_at");
    found.created_by_email = rows.get<std::optional<std::string>>(i, "created_by_email").value_or("");
    return found;
}

std::optional<std::string> subject_of(const Template& of)
{
    if (of.type == Channel::sms) return std::nullopt;
    return of.subject;
}

}  // namespace

Task<std::optional<Template>> TemplateStore::find(ServiceId service, TemplateId id, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::get_template, pg::Params::of(service, id), deadline);
    if (rows.empty()) co_return std::nullopt;
    co_return read_template(rows, 0);
}

Task<std::optional<Template>> TemplateStore::find_version(ServiceId service, TemplateId id, std::int32_t version,
                                                          Deadline deadline)
{
    const auto rows =
        co_await database_.execute(sql::get_template_version, pg::Params::of(service, id, version), deadline);
    if (rows.empty()) co_return std::nullopt;
    co_return read_template(rows, 0);
}

Task<std::vector<Template>> TemplateStore::list(ServiceId service, std::optional<Channel> channel, Deadline deadline)
{
    std::optional<std::int16_t> number;
    if (channel) number = static_cast<std::int16_t>(*channel);
    const auto rows = co_await database_.execute(sql::list_templates, pg::Params::of(service, number), deadline);
    std::vector<Template> found;
    found.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(read_template(rows, i));
    co_return found;
}

Task<std::vector<Template>> TemplateStore::list_all(ServiceId service, bool with_archived, Deadline deadline)
{
    const auto rows =
        co_await database_.execute(sql::list_all_templates, pg::Params::of(service, with_archived), deadline);
    std::vector<Template> found;
    for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(read_template(rows, i));
    co_return found;
}

Task<std::map<TemplateId, std::string>> TemplateStore::names(ServiceId service, std::vector<TemplateId> ids,
                                                             Deadline deadline)
{
    std::vector<Uuid> wanted;
    wanted.reserve(ids.size());
    for (const TemplateId& id : ids) wanted.push_back(id.value);
    const auto rows = co_await database_.execute(sql::list_template_names, pg::Params::of(service, wanted), deadline);
    std::map<TemplateId, std::string> names;
    for (std::size_t i = 0; i < rows.size(); ++i)
        names.emplace(TemplateId{rows.get<Uuid>(i, "id")}, rows.get<std::string>(i, "name"));
    co_return names;
}

Task<> TemplateStore::add(Template made, std::optional<UserId> author, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(made.id, made.service_id, static_cast<std::int16_t>(made.type), made.name,
                                 made.content, subject_of(made), made.priority, now, author);
    co_await database_.execute(sql::add_template, std::move(params), deadline);
}

Task<std::optional<std::int32_t>> TemplateStore::update(Template changed, std::optional<UserId> author, Instant now,
                                                        Deadline deadline)
{
    auto params = pg::Params::of(changed.service_id, changed.id, changed.name, changed.content, subject_of(changed),
                                 changed.archived, now, author, changed.priority);
    const auto rows = co_await database_.execute(sql::update_template, std::move(params), deadline);
    if (rows.empty()) co_return std::nullopt;
    co_return rows.get<std::int32_t>(0, "version");
}

}  // namespace herald
