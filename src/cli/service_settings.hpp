// The verbs of `herald service` about what belongs to a service.
#pragma once

#include "cli/commands.hpp"

namespace herald::cli
{

// guest, member, sms-sender, reply-to, callback.
void add_service_settings(CLI::App* noun, CommandContext& context);

}  // namespace herald::cli
