#include "operations/service_directory.hpp"

#include "domain/recipients/recipient.hpp"

namespace herald
{

namespace
{

TemplatePtr make_template(Template facts)
{
    auto compiled = rendering::CompiledTemplate::compile(facts.type, facts.subject, facts.content);
    return std::make_shared<const TemplateContext>(std::move(facts), std::move(compiled));
}

}  // namespace

ServiceDirectory::ServiceDirectory(pg::Database& database, const KeyRing& keys, const Clock& clock, Options options)
    : clock_(clock), options_(std::move(options)), services_(database, keys), templates_(database)
{
}

bool ServiceDirectory::is_fresh(std::chrono::steady_clock::time_point read_at) const
{
    return std::chrono::steady_clock::now() - read_at < options_.max_age;
}

ServicePtr ServiceDirectory::make_context(ServiceRecord record) const
{
    auto context = std::make_shared<ServiceContext>();
    for (const auto& recipient : record.allowed_recipients)
    {
        if (const auto phone = parse_phone_number(recipient, options_.default_region))
            context->allowed_recipients.insert(phone->e164);
        else if (auto address = parse_email_address(recipient))
            context->allowed_recipients.insert(std::move(*address));
    }
    // A sender that is a national number is shown and used in full; "GovUK" and short codes stay as they are.
    for (auto& sender : record.sms_senders)
    {
        const auto phone = parse_phone_number(sender.sms_sender, options_.default_region);
        if (phone && !phone->international) sender.sms_sender = phone->e164;
    }
    context->record = std::move(record);
    return context;
}

// The one that reads a service; whoever waits looks again when it has ended, however it ended.
class ServiceDirectory::Reading
{
public:
    Reading(ServiceDirectory& directory, ServiceId id) : directory_(directory), id_(id)
    {
        directory_.services_read_.insert(id_);
    }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading()
    {
        directory_.services_read_.erase(id_);
        directory_.service_was_read_.notify_all();
    }

private:
    ServiceDirectory& directory_;
    ServiceId id_;
};

Task<ServicePtr> ServiceDirectory::service(ServiceId id, Deadline deadline)
{
    // Under load hundreds ask at the moment that an entry has aged: one reads, the others wait for it.
    while (true)
    {
        const auto found = service_entries_.find(id);
        if (found != service_entries_.end() && is_fresh(found->second.read_at)) co_return found->second.value;
        if (!services_read_.contains(id)) break;
        if (!co_await service_was_read_.wait(deadline)) throw DeadlineExceeded("reading a service");
    }
    const Reading reading(*this, id);
    const auto read_at = std::chrono::steady_clock::now();
    auto record = co_await services_.find(id, clock_.now(), deadline);
    ServicePtr context;
    if (record) context = make_context(std::move(*record));
    if (service_entries_.size() >= options_.max_entries) service_entries_.clear();
    service_entries_[id] = {context, read_at};
    co_return context;
}

Task<TemplatePtr> ServiceDirectory::current_template(ServiceId service, TemplateId id, Deadline deadline)
{
    if (const auto found = template_entries_.find(id); found != template_entries_.end() &&
                                                       is_fresh(found->second.read_at) &&
                                                       found->second.value->facts.service_id == service)
        co_return found->second.value;
    const auto read_at = std::chrono::steady_clock::now();
    auto facts = co_await templates_.find(service, id, deadline);
    if (!facts) co_return nullptr;
    TemplatePtr context = make_template(std::move(*facts));
    if (template_entries_.size() >= options_.max_entries) template_entries_.clear();
    template_entries_[id] = {context, read_at};
    co_return context;
}

Task<TemplatePtr> ServiceDirectory::template_version(ServiceId service, TemplateId id, std::int32_t version,
                                                     Deadline deadline)
{
    const VersionKey key{id.value, version};
    if (const auto found = version_entries_.find(key);
        found != version_entries_.end() && found->second->facts.service_id == service)
        co_return found->second;
    auto facts = co_await templates_.find_version(service, id, version, deadline);
    if (!facts) co_return nullptr;
    TemplatePtr context = make_template(std::move(*facts));
    if (version_entries_.size() >= options_.max_entries) version_entries_.clear();
    version_entries_[key] = context;
    co_return context;
}

}  // namespace herald
