// The personal data of a received text, as it is sealed into inbound_sms. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/uuid.hpp"

namespace herald
{

struct InboundContents
{
    std::string user_number;  // who wrote
    std::string content;
};

// What the seal is bound to.
std::string sealed_inbound_context(const InboundSmsId& id);
// Bound to the row's id.
std::string seal_inbound(const KeyRing& keys, const InboundSmsId& id, const InboundContents& contents);
// internal: another key ring, or the row was changed.
Result<InboundContents> open_inbound(const KeyRing& keys, const InboundSmsId& id, std::string_view sealed);

}  // namespace herald
