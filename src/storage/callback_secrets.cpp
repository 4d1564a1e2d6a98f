#include "storage/callback_secrets.hpp"

#include "base/json.hpp"
#include "storage/service_store.hpp"

namespace herald
{

namespace
{

std::string text_of(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

std::string make_signing_secret()
{
    return "herald_whsec_" + hex_encode(random_bytes(32));
}

std::string seal_callback_secrets(const KeyRing& keys, const Uuid& service, const CallbackSecrets& secrets)
{
    const json::object plain{{"bearer_token", secrets.bearer_token}, {"signing_secret", secrets.signing_secret}};
    return keys.seal(json::serialize(plain), sealed_secret_context(service));
}

Result<CallbackSecrets> open_callback_secrets(const KeyRing& keys, const Uuid& service, std::string_view sealed)
{
    const auto plain = keys.open(sealed, sealed_secret_context(service));
    if (!plain) return Failure(plain.error());
    const auto value = parse_json(*plain);
    if (!value || !value->is_object()) return fail(ErrorKind::internal, "the secrets of a callback do not open");
    CallbackSecrets secrets;
    secrets.bearer_token = text_of(value->get_object(), "bearer_token");
    secrets.signing_secret = text_of(value->get_object(), "signing_secret");
    return secrets;
}

}  // namespace herald
