// The numbers that people can write to, and whose they are. Belongs to the Loop of its Database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/manage_context.hpp"

namespace herald
{

struct InboundNumber
{
    std::string number;  // digits alone
    std::string provider;
    std::optional<ServiceId> service_id;  // none: in stock
    std::string service_name;
    bool active = true;
    Instant created_at{};
};

// By number.
Task<std::vector<InboundNumber>> list_inbound_numbers(ManageContext context);
// Into stock. validation: no number (3 to 15 digits, a plus before them or not); conflict: it is there already.
Task<Result<InboundNumber>> add_inbound_number(ManageContext context, std::string number, std::string provider);
// From stock. not_found; conflict: another service has it.
Task<Result<InboundNumber>> assign_inbound_number(ManageContext context, std::string number, ServiceId service);
// Back into stock: what is sent to it reaches nobody. The texts that the service has got stay.
Task<Result<InboundNumber>> release_inbound_number(ManageContext context, std::string number);

}  // namespace herald
