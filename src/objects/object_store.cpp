#include "objects/object_store.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace herald
{
namespace
{

constexpr std::size_t kMaxKeyBytes = 1024;
constexpr std::size_t kMaxMetadataBytes = 2000;  // S3 takes 2 KB of names and values

bool is_part(std::string_view part)
{
    return !part.empty() && part != "." && part != "..";
}

bool is_metadata_name(std::string_view name)
{
    const auto is_allowed = [](char c)
    {
        return (c >= 'a' && c <= 'z') || c == '_';
    };
    return !name.empty() && std::ranges::all_of(name, is_allowed);
}

bool is_metadata_value(std::string_view value)
{
    const auto is_printable = [](char c)
    {
        return c >= 0x20 && c < 0x7f;
    };
    if (value.empty() || value.starts_with(' ') || value.ends_with(' ')) return false;
    return std::ranges::all_of(value, is_printable);
}

}  // namespace

bool is_object_key(std::string_view key)
{
    const auto is_control = [](char c)
    {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    };
    if (key.empty() || key.size() > kMaxKeyBytes || !is_utf8(key) || std::ranges::any_of(key, is_control)) return false;
    for (;;)
    {
        const auto slash = key.find('/');
        if (!is_part(key.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return true;
        key.remove_prefix(slash + 1);
    }
}

bool is_object_metadata(const ObjectMetadata& metadata)
{
    std::size_t bytes = 0;
    for (const auto& [name, value] : metadata)
    {
        if (!is_metadata_name(name) || !is_metadata_value(value)) return false;
        bytes += name.size() + value.size();
    }
    return bytes <= kMaxMetadataBytes;
}

}  // namespace herald
