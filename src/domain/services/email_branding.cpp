#include "domain/services/email_branding.hpp"

#include <array>
#include <utility>

namespace herald
{

namespace
{

constexpr std::array kNames = {
    std::pair(BrandType::org, std::string_view("org")),
    std::pair(BrandType::both, std::string_view("both")),
    std::pair(BrandType::org_banner, std::string_view("org_banner")),
};

}  // namespace

std::string_view to_string(BrandType type)
{
    for (const auto& [known, name] : kNames)
        if (known == type) return name;
    return "unknown";
}

std::optional<BrandType> parse_brand_type(std::string_view text)
{
    for (const auto& [type, name] : kNames)
        if (name == text) return type;
    return std::nullopt;
}

}  // namespace herald
