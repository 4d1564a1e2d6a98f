// A service as the hot path sees it: everything a request needs to know, read once and shared. Immutable, so
// thread-safe.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>

#include "domain/templates/template.hpp"
#include "rendering/compiled_template.hpp"
#include "rendering/email.hpp"
#include "storage/service_store.hpp"

namespace herald
{

struct ServiceContext
{
    ServiceRecord record;
    // Guest list and members, normalised: whom a team key, or the service in trial mode, may reach.
    std::unordered_set<std::string> allowed_recipients;
    rendering::Branding email_header;

    [[nodiscard]] const Service& service() const { return record.service; }
};

using ServicePtr = std::shared_ptr<const ServiceContext>;

// A template version, parsed.
struct TemplateContext
{
    Template facts;
    rendering::CompiledTemplate compiled;
};

using TemplatePtr = std::shared_ptr<const TemplateContext>;

}  // namespace herald
