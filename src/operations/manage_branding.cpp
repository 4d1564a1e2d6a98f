#include "operations/manage_branding.hpp"

#include <algorithm>

#include "base/config.hpp"
#include "operations/manage_checks.hpp"
#include "rendering/email_document.hpp"
#include "storage/branding_store.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kLongest = 255;  // of text, alt text and logo

Result<void> check_line(std::string_view what, const std::string& text)
{
    if (auto checked = check_text(what, text); !checked) return checked;
    const bool one_line = std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (one_line && text.size() <= kLongest) return {};
    return fail(ErrorKind::validation, std::string(what) + " is one line of 255 bytes at most");
}

Result<void> check_parts(const EmailBranding& branding)
{
    if (branding.text.empty() && branding.logo_url.empty())
        return fail(ErrorKind::validation, "A branding shows a logo, a text or both: give --logo or --text");
    if (branding.type == BrandType::org_banner && branding.colour.empty())
        return fail(ErrorKind::validation, "The bar of an org_banner has a colour: give --colour");
    if (!branding.logo_url.empty() && branding.text.empty() && branding.alt_text.empty())
        return fail(ErrorKind::validation,
                    "A logo without a text says what it shows, for those who cannot see it: give --alt-text");
    return {};
}

rendering::Branding::Kind kind_of(BrandType type, bool has_banner)
{
    using Kind = rendering::Branding::Kind;
    switch (type)
    {
        case BrandType::both:
            return has_banner ? Kind::both : Kind::logo;
        case BrandType::org_banner:
            return Kind::logo_banner;
        case BrandType::org:
            break;
    }
    return Kind::logo;
}

}  // namespace

Result<void> check_email_branding(const EmailBranding& branding)
{
    auto checked = check_name("the branding", branding.name);
    if (checked) checked = check_line("The text of a branding", branding.text);
    if (checked) checked = check_line("The alt text of a branding", branding.alt_text);
    if (!checked) return checked;
    if (!branding.colour.empty() && !rendering::is_colour(branding.colour))
        return fail(ErrorKind::validation, "A colour is # and six hexadecimal digits, for example #00703c");
    if (!branding.logo_url.empty() &&
        (branding.logo_url.size() > kLongest || !rendering::is_logo_address(branding.logo_url)))
        return fail(ErrorKind::validation,
                    "A logo is the address of a picture: it begins with https://, has neither spaces nor quotes and "
                    "takes 255 characters at most");
    return check_parts(branding);
}

Task<Result<EmailBranding>> put_email_branding(ManageContext context, EmailBranding branding)
{
    if (const auto checked = check_email_branding(branding); !checked) co_return Failure(checked.error());
    branding.id = EmailBrandingId{make_uuid_v4()};
    BrandingStore brandings(context.database);
    co_return co_await brandings.put(std::move(branding), context.now, context.deadline);
}

Task<Result<EmailBranding>> find_email_branding(ManageContext context, std::string name)
{
    if (const auto checked = check_text("The branding's name", name); !checked) co_return Failure(checked.error());
    BrandingStore brandings(context.database);
    if (auto found = co_await brandings.find_by_name(name, context.deadline)) co_return std::move(*found);
    std::vector<std::string> names;
    for (const auto& branding : co_await brandings.list(context.deadline)) names.push_back(branding.name);
    std::string message = "There is no branding '" + name + "'; `herald branding list` shows them all";
    const auto nearest = nearest_name(name, names);
    if (!nearest.empty()) message += ". Did you mean '" + nearest + "'?";
    co_return fail(ErrorKind::not_found, std::move(message));
}

Task<Result<std::optional<EmailBranding>>> set_service_email_branding(ManageContext context, ServiceId service,
                                                                      std::optional<std::string> name)
{
    std::optional<EmailBranding> branding;
    if (name)
    {
        auto found = co_await find_email_branding(context, std::move(*name));
        if (!found) co_return Failure(std::move(found.error()));
        branding = std::move(*found);
    }
    std::optional<EmailBrandingId> id;
    if (branding) id = branding->id;
    BrandingStore brandings(context.database);
    if (!co_await brandings.set_for_service(service, id, context.now, context.deadline))
        co_return fail(ErrorKind::not_found, no_such_service(service.to_string()));
    co_return branding;
}

rendering::Branding email_header(const std::optional<EmailBranding>& branding, std::string_view platform)
{
    rendering::Branding header;
    header.banner_text = platform;
    if (!branding)
    {
        if (!platform.empty()) header.kind = rendering::Branding::Kind::government_banner;
        return header;
    }
    header.kind = kind_of(branding->type, !platform.empty());
    header.colour = branding->colour;
    header.logo_url = branding->logo_url;
    header.text = branding->text;
    header.alt_text = branding->alt_text;
    return header;
}

}  // namespace herald
