// Services and templates, cached for less than a second: a revoked key, an archived
// service or a new template version is seen within it. While one request reads an entry anew, the others go on with the
// old one until that second is over. Belongs to the Loop of its Database.
#pragma once

#include <memory>
#include <unordered_map>

#include "base/clock.hpp"
#include "operations/service_context.hpp"
#include "runtime/notifier.hpp"
#include "storage/template_store.hpp"

namespace herald
{

class ServiceDirectory
{
public:
    struct Options
    {
        std::chrono::milliseconds max_age{800};
        std::size_t max_entries = 20000;  // of each kind; beyond, one goes for each that comes
        std::string default_region = "US";
        std::string email_banner;  // text of the platform's banner; empty: none
    };

    ServiceDirectory(pg::Database& database, const KeyRing& keys, const Clock& clock, Options options);

    // nullptr: no such service.
    Task<ServicePtr> service(ServiceId id, Deadline deadline);
    // The current version. nullptr: the service has no such template.
    Task<TemplatePtr> current_template(ServiceId service, TemplateId id, Deadline deadline);
    // One version; never changes, so it is kept as long as there is room.
    Task<TemplatePtr> template_version(ServiceId service, TemplateId id, std::int32_t version, Deadline deadline);

private:
    template <class Value>
    struct Entry
    {
        Value value;
        std::chrono::steady_clock::time_point read_at;
        bool being_read = false;
    };
    struct VersionKey
    {
        Uuid id;
        std::int32_t version;
        bool operator==(const VersionKey&) const = default;
    };
    struct VersionHash
    {
        std::size_t operator()(const VersionKey& key) const
        {
            return UuidHash()(key.id) ^ (static_cast<std::size_t>(key.version) * 0x9E3779B9U);
        }
    };

    template <class Value>
    [[nodiscard]] bool is_usable(const Entry<Value>& entry) const;
    ServicePtr make_context(ServiceRecord record) const;
    Task<ServicePtr> read_service(ServiceId id, Deadline deadline);

    const Clock& clock_;
    const Options options_;
    ServiceStore services_;
    TemplateStore templates_;
    std::unordered_map<ServiceId, Entry<ServicePtr>, UuidHash> service_entries_;
    // Apart, so that made-up ids cannot push out services that there are.
    std::unordered_map<ServiceId, std::chrono::steady_clock::time_point, UuidHash> unknown_services_;
    // Told when the read that is under way has ended.
    std::unordered_map<ServiceId, std::shared_ptr<Notifier>, UuidHash> reads_;
    std::unordered_map<TemplateId, Entry<TemplatePtr>, UuidHash> template_entries_;
    std::unordered_map<VersionKey, TemplatePtr, VersionHash> version_entries_;
};

}  // namespace herald
