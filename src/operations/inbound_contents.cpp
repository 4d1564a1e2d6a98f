#include "operations/inbound_contents.hpp"

#include "base/json.hpp"

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

std::string sealed_inbound_context(const InboundSmsId& id)
{
    return "inbound:" + id.to_string();
}

std::string seal_inbound(const KeyRing& keys, const InboundSmsId& id, const InboundContents& contents)
{
    const json::object plain{{"user_number", contents.user_number}, {"content", contents.content}};
    return keys.seal(json::serialize(plain), sealed_inbound_context(id));
}

Result<InboundContents> open_inbound(const KeyRing& keys, const InboundSmsId& id, std::string_view sealed)
{
    const auto plain = keys.open(sealed, sealed_inbound_context(id));
    if (!plain) return Failure(plain.error());
    const auto value = parse_json(*plain);
    if (!value || !value->is_object()) return fail(ErrorKind::internal, "a received text does not open");
    InboundContents contents;
    contents.user_number = text_of(value->get_object(), "user_number");
    contents.content = text_of(value->get_object(), "content");
    return contents;
}

}  // namespace herald
