// How a service knows that a call is Herald's: an HMAC over the moment and the body, with the secret that both have.
// docs/operating.md, "Calling services back", shows how it is verified. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace herald
{

inline constexpr std::string_view kSignatureHeader = "Herald-Signature";

// "t=<unix seconds>,v1=<hex of HMAC-SHA256 over "<unix seconds>.<body>">". A receiver refuses one that is minutes old:
// what was overheard cannot be said again later.
std::string callback_signature(std::string_view secret, Instant at, std::string_view body);

}  // namespace herald
