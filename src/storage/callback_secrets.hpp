// What a callback carries to prove itself, as it is sealed into service_callbacks. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/uuid.hpp"

namespace herald
{

struct CallbackSecrets
{
    std::string bearer_token;    // the service's choice: sent with each call
    std::string signing_secret;  // ours, told once: signs each call and is never sent
};

// "herald_whsec_" and 32 random bytes in hex: the text as a whole is the key.
std::string make_signing_secret();
std::string seal_callback_secrets(const KeyRing& keys, const Uuid& service, const CallbackSecrets& secrets);
// As KeyRing::open.
Result<CallbackSecrets> open_callback_secrets(const KeyRing& keys, const Uuid& service, std::string_view sealed);

}  // namespace herald
