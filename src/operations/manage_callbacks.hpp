// Where a service hears of its messages, and how that goes. Belongs to the Loop of its Database.
//
// Every Error is a sentence that says what to do, and leaves everything as it was.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/manage_context.hpp"
#include "runtime/outbound_url.hpp"
#include "storage/callback_store.hpp"
#include "storage/service_store.hpp"

namespace herald
{

struct CallbackWish
{
    std::string type = "delivery_status";  // or complaint, inbound_sms
    std::string url;
    std::string bearer_token;  // 10 characters at least; sealed at rest, never shown
    OutboundRule allowed;      // which URLs
};

struct CallbackSet
{
    ServiceCallback callback;
    // Verifies the Herald-Signature of its calls. Made anew each time a callback is set, and never told again.
    std::string signing_secret;
};

// In place of the one that was set before.
Task<Result<CallbackSet>> set_callback(ManageContext context, ServiceId service, CallbackWish wish);
// not_found: none is set.
Task<Result<void>> clear_callback(ManageContext context, ServiceId service, std::string type);
// Of one service, or of all.
Task<Result<std::vector<EndpointState>>> list_callback_endpoints(ManageContext context,
                                                                 std::optional<ServiceId> service);
// Ends the pauses of a service's endpoints, of one type or (empty) of all, and shows them. not_found: none is paused.
Task<Result<std::vector<EndpointState>>> resume_callbacks(ManageContext context, ServiceId service, std::string type);
// The newest first. `notification`: an id, or empty for all.
Task<Result<std::vector<CallbackAttempt>>> list_callback_attempts(ManageContext context, ServiceId service,
                                                                  std::string notification, std::int32_t most);

}  // namespace herald
