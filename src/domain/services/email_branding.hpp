// What an organisation's emails show above the message. A service has one of these or none; several may share one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.hpp"

namespace herald
{

using EmailBrandingId = Id<struct EmailBrandingTag>;

// Names are the wire's (brand_type); numbers are stored.
enum class BrandType : std::int16_t
{
    org = 1,         // the organisation's logo and text
    both = 2,        // the platform's banner, then the organisation's logo and text
    org_banner = 3,  // logo and text on a bar of the organisation's colour
};
std::string_view to_string(BrandType type);
std::optional<BrandType> parse_brand_type(std::string_view text);

struct EmailBranding
{
    EmailBrandingId id;
    std::string name;  // unique
    BrandType type = BrandType::org;
    std::string text;      // the organisation's name beside the logo; may be empty
    std::string colour;    // #rrggbb, or empty
    std::string logo_url;  // https, or empty
    std::string alt_text;  // says what the logo shows, where there is no text
};

}  // namespace herald
