// The verbs of `herald service` about what belongs to a service.
#pragma once

#include "cli/administer.hpp"

namespace herald::cli
{

// guest, member, sms-sender, reply-to, callback, branding.
void add_service_settings(CLI::App* noun, CommandContext& context);

// Everything about one service, as `herald service show` prints it.
Answer show(const ServiceDetails& details);

}  // namespace herald::cli
