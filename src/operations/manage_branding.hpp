// Email brandings: made, changed, given to services. Belongs to the Loop of its Database.
//
// Every Error is a sentence that says what to do, and leaves everything as it was. Servers follow within a second.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/services/email_branding.hpp"
#include "operations/manage_context.hpp"
#include "rendering/email.hpp"

namespace herald
{

// The type needs its parts: a text or a logo; org_banner a colour; a logo without a text says what it shows. The
// colour is #rrggbb, the logo an https address. validation: which of these is not so.
Result<void> check_email_branding(const EmailBranding& branding);

// Makes it, or makes the one of this name as given: what is not given is gone. `branding.id` is not looked at.
Task<Result<EmailBranding>> put_email_branding(ManageContext context, EmailBranding branding);
// not_found names the nearest there is.
Task<Result<EmailBranding>> find_email_branding(ManageContext context, std::string name);
// nullopt: the service has none any more.
Task<Result<std::optional<EmailBranding>>> set_service_email_branding(ManageContext context, ServiceId service,
                                                                      std::optional<std::string> name);

// What render_email shows above the message. `platform` is the text of the platform's banner, which a service without
// a branding and one of type `both` have; empty: there is none.
rendering::Branding email_header(const std::optional<EmailBranding>& branding, std::string_view platform);

}  // namespace herald
