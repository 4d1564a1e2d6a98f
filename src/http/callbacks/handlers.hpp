// What providers post to us: the fate of messages, and text messages to numbers of ours (validation.md, section 9).
//
// Security: no key protects these routes, a signature does (Auth::sns_signed): a handler runs once the message is
// proven to be Amazon's and of a topic of ours. What is inside is still outside bytes. An answer of 200 is given after
// the commit alone; anything else makes the provider come again, 4xx excepted.
#pragma once

#include <span>

#include "http/server/route.hpp"

namespace herald::http::callbacks
{

// All in receive_sns.cpp.
Handler receive_ses_event;
Handler receive_sms_status;
Handler receive_inbound_sms;

// Where inbound text messages are posted: answered with 200 unchecked where they are not wanted.
inline constexpr std::string_view kInboundSmsPath = "/notifications/sms/receive/sns";

std::span<const Route> routes();

}  // namespace herald::http::callbacks
