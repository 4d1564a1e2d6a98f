// herald branding
#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct Set
{
    EmailBranding branding;
    std::string type = "org";
};

struct Named
{
    std::string name;
};

const Row kHeading = {"NAME", "TYPE", "TEXT", "COLOUR", "LOGO"};

std::string or_dash(const std::string& text)
{
    return text.empty() ? "-" : text;
}

Row row_of(const EmailBranding& branding)
{
    return {branding.name, std::string(to_string(branding.type)), or_dash(branding.text), or_dash(branding.colour),
            or_dash(branding.logo_url)};
}

Answer show(const EmailBranding& branding)
{
    return {branding_json(branding), facts({{"id", branding.id.to_string()},
                                            {"name", branding.name},
                                            {"type", std::string(to_string(branding.type))},
                                            {"text", or_dash(branding.text)},
                                            {"colour", or_dash(branding.colour)},
                                            {"logo", or_dash(branding.logo_url)},
                                            {"alt text", or_dash(branding.alt_text)}})};
}

Result<Answer> set(const Administration& administration, const Set& arguments)
{
    auto wanted = arguments.branding;
    wanted.type = parse_brand_type(arguments.type).value_or(BrandType::org);
    return show_result(administration.put_branding(std::move(wanted)), show);
}

Result<Answer> list(const Administration& administration, const Named& /*arguments*/)
{
    return show_list(administration.list_brandings(), kHeading, row_of,
                     [](const EmailBranding& branding) { return branding_json(branding); });
}

Result<Answer> show_one(const Administration& administration, const Named& arguments)
{
    return show_result(administration.show_branding(arguments.name), show);
}

}  // namespace

json::object branding_json(const EmailBranding& branding)
{
    return {{"id", branding.id.to_string()},           {"name", branding.name},
            {"brand_type", to_string(branding.type)},  {"text", json_text(branding.text)},
            {"colour", json_text(branding.colour)},    {"logo", json_text(branding.logo_url)},
            {"alt_text", json_text(branding.alt_text)}};
}

void add_branding_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "branding", "What emails show above the message");
    noun->footer("A service has one with `herald service branding`; several may share it.");
    auto* set_verb = noun->add_subcommand("set", "Make a branding, or make the one of this name as given");
    auto arguments = std::make_shared<Set>();
    auto& branding = arguments->branding;
    set_verb->add_option("name", branding.name, "How it is called here; recipients do not see it")->required();
    set_verb
        ->add_option("--type", arguments->type,
                     "org: logo and text; org_banner: the same on a bar of the colour; both: the platform's banner "
                     "(email.banner), then org")
        ->check(CLI::IsMember({"org", "org_banner", "both"}))
        ->capture_default_str();
    set_verb->add_option("--text", branding.text, "The organisation's name, beside the logo");
    set_verb->add_option("--colour", branding.colour, "Of the bar, or of the line before the logo: #rrggbb");
    set_verb->add_option("--logo", branding.logo_url, "Address of a picture: https://...");
    set_verb->add_option("--alt-text", branding.alt_text, "Says what the logo shows, where there is no text");
    set_verb->footer(
        "  herald branding set Parks --type org_banner --text 'Department of Parks' --colour '#00703c' \\\n"
        "    --logo https://logos.example/parks.png\n"
        "  herald service branding 'Town hall' Parks");
    on_call(set_verb, context, arguments, set);

    on_call(noun->add_subcommand("list", "All brandings, by name"), context, std::make_shared<Named>(), list);
    auto* show_verb = noun->add_subcommand("show", "One branding");
    auto named = std::make_shared<Named>();
    show_verb->add_option("name", named->name, "As `herald branding list` shows it")->required();
    on_call(show_verb, context, named, show_one);
}

}  // namespace herald::cli
