#include "operations/service_directory.hpp"

#include <algorithm>

#include "domain/recipients/recipient.hpp"
#include "operations/manage_branding.hpp"

namespace herald
{

namespace
{

// The age at which an entry is of no use to anybody.
constexpr auto kOldest = seconds(1);
constexpr std::size_t kMostUnknown = 1000;

// Marks an entry that is there as being read anew. The entry may be gone by the end.
template <class Entries>
class Reading
{
public:
    Reading(Entries& entries, const typename Entries::key_type& id) : entries_(entries), id_(id) { mark(true); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading() { mark(false); }

private:
    void mark(bool being_read)
    {
        if (const auto found = entries_.find(id_); found != entries_.end()) found->second.being_read = being_read;
    }
    Entries& entries_;
    const typename Entries::key_type id_;
};

// Those who want the same wait for its end.
template <class Reads>
class UnderWay
{
public:
    UnderWay(Reads& reads, const typename Reads::key_type& id) : reads_(reads), id_(id)
    {
        reads_[id_] = std::make_shared<Notifier>();
    }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;
    ~UnderWay()
    {
        const auto ended = reads_.extract(id_);
        if (ended) ended.mapped()->notify_all();
    }

private:
    Reads& reads_;
    const typename Reads::key_type id_;
};

template <class Entries>
void make_room(Entries& entries, std::size_t most)
{
    if (entries.size() >= most) entries.erase(entries.begin());
}

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

template <class Value>
bool ServiceDirectory::is_usable(const Entry<Value>& entry) const
{
    const auto age = std::chrono::steady_clock::now() - entry.read_at;
    return age < options_.max_age || (entry.being_read && age < kOldest);
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
    context->email_header = email_header(record.branding, options_.email_banner);
    context->record = std::move(record);
    return context;
}

Task<ServicePtr> ServiceDirectory::service(ServiceId id, Deadline deadline)
{
    for (;;)
    {
        const auto found = service_entries_.find(id);
        if (found != service_entries_.end() && is_usable(found->second)) co_return found->second.value;
        const auto unknown = unknown_services_.find(id);
        if (unknown != unknown_services_.end() && std::chrono::steady_clock::now() - unknown->second < options_.max_age)
            co_return nullptr;
        const auto under_way = reads_.find(id);
        if (under_way == reads_.end()) break;
        const auto ended = under_way->second;
        if (!co_await ended->wait(deadline)) throw DeadlineExceeded("service");
    }
    co_return co_await read_service(id, deadline);
}

Task<ServicePtr> ServiceDirectory::read_service(ServiceId id, Deadline deadline)
{
    const Reading reading(service_entries_, id);
    const UnderWay under_way(reads_, id);
    const auto read_at = std::chrono::steady_clock::now();
    auto record = co_await services_.find(id, clock_.now(), deadline);
    if (!record)
    {
        make_room(unknown_services_, kMostUnknown);
        unknown_services_[id] = read_at;
        co_return nullptr;
    }
    const ServicePtr context = make_context(std::move(*record));
    unknown_services_.erase(id);
    if (!service_entries_.contains(id)) make_room(service_entries_, options_.max_entries);
    service_entries_[id] = {context, read_at};
    co_return context;
}

Task<TemplatePtr> ServiceDirectory::current_template(ServiceId service, TemplateId id, Deadline deadline)
{
    const auto found = template_entries_.find(id);
    if (found != template_entries_.end() && is_usable(found->second) &&
        found->second.value->facts.service_id == service)
        co_return found->second.value;
    const Reading reading(template_entries_, id);
    const auto read_at = std::chrono::steady_clock::now();
    auto facts = co_await templates_.find(service, id, deadline);
    if (!facts) co_return nullptr;
    TemplatePtr context = make_template(std::move(*facts));
    if (!template_entries_.contains(id)) make_room(template_entries_, options_.max_entries);
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
    make_room(version_entries_, options_.max_entries);
    version_entries_[key] = context;
    co_return context;
}

}  // namespace herald
