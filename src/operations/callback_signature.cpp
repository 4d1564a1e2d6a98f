#include "operations/callback_signature.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace herald
{

std::string callback_signature(std::string_view secret, Instant at, std::string_view body)
{
    const auto unix_seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
    const Sha256 mac = hmac_sha256(secret, fmt::format("{}.{}", unix_seconds, body));
    const std::string_view bytes(reinterpret_cast<const char*>(mac.data()), mac.size());
    return fmt::format("t={},v1={}", unix_seconds, hex_encode(bytes));
}

}  // namespace herald
