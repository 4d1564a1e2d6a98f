// herald service guest|member|sms-sender|reply-to|callback|branding
#include "cli/service_settings.hpp"

namespace herald::cli
{

namespace
{

struct Entry
{
    std::string service;
    std::string entry;
    bool is_default = false;
};

struct Callback
{
    std::string service;
    CallbackWish wish;
    bool clear = false;
};

struct BrandingOf
{
    std::string service;
    std::optional<std::string> name;
    bool clear = false;
};

Answer show_guest(const Guest& guest)
{
    return {json::object{{"type", to_string(guest.channel)}, {"recipient", guest.recipient}}, guest.recipient + "\n"};
}

Answer show_member(const User& user)
{
    return {json::object{{"id", user.id.to_string()}, {"name", user.name}, {"email_address", user.email_address}},
            user.email_address + "  " + user.name + "\n"};
}

Answer show_sender(const Sender& sender)
{
    return {json::object{{"id", sender.id.to_string()}, {"text", sender.text}, {"is_default", sender.is_default}},
            sender.id.to_string() + "  " + sender.text + (sender.is_default ? "  (default)" : "") + "\n"};
}

Result<Answer> add_guest(const Administration& administration, const Entry& arguments)
{
    return show_result(administration.add_guest(arguments.service, arguments.entry), show_guest);
}

Result<Answer> remove_guest(const Administration& administration, const Entry& arguments)
{
    return show_result(administration.remove_guest(arguments.service, arguments.entry), show_guest);
}

Result<Answer> add_member(const Administration& administration, const Entry& arguments)
{
    return show_result(administration.add_member(arguments.service, arguments.entry), show_member);
}

Result<Answer> remove_member(const Administration& administration, const Entry& arguments)
{
    return show_result(administration.remove_member(arguments.service, arguments.entry), show_member);
}

template <SenderKind kind>
Result<Answer> add_sender(const Administration& administration, const Entry& arguments)
{
    return show_result(administration.add_sender(arguments.service, kind, arguments.entry, arguments.is_default),
                       show_sender);
}

template <SenderKind kind>
Result<Answer> make_default(const Administration& administration, const Entry& arguments)
{
    return show_result(administration.make_sender_default(arguments.service, kind, arguments.entry), show_sender);
}

template <SenderKind kind>
Result<Answer> archive_sender(const Administration& administration, const Entry& arguments)
{
    return show_result(administration.archive_sender(arguments.service, kind, arguments.entry), show_sender);
}

Answer show_callback(const CallbackSet& set)
{
    const json::object object{
        {"type", set.callback.type}, {"url", set.callback.url}, {"signing_secret", set.signing_secret}};
    return {object, facts({{"type", set.callback.type},
                           {"url", set.callback.url},
                           {"signing secret", set.signing_secret + "  (shown this once; replaces the one before)"}})};
}

Result<Answer> callback(const Administration& administration, const Callback& arguments)
{
    if (arguments.clear)
    {
        const auto cleared = administration.clear_callback(arguments.service, arguments.wish.type);
        if (!cleared) return Failure(cleared.error());
        return Answer{json::object{{"type", arguments.wish.type}, {"url", nullptr}}, "cleared\n"};
    }
    CallbackWish wish = arguments.wish;
    wish.bearer_token = secret_of(wish.bearer_token);
    return show_result(administration.set_callback(arguments.service, std::move(wish)), show_callback);
}

Result<Answer> branding(const Administration& administration, const BrandingOf& arguments)
{
    if (!arguments.name && !arguments.clear)
        return fail(ErrorKind::validation, "Give the name of a branding (`herald branding list`), or --clear");
    return show_result(administration.set_service_branding(arguments.service, arguments.name), show);
}

// A verb with the service and one entry.
CLI::App* add_entry_verb(CLI::App* group, CommandContext& context, const std::string& name, const std::string& help,
                         const std::string& entry, std::shared_ptr<Entry> arguments, Verb<Entry> run)
{
    auto* verb = group->add_subcommand(name, help);
    verb->add_option("service", arguments->service, "Id or name of the service")->required();
    verb->add_option(entry, arguments->entry, "See `herald service show`")->required();
    on_call(verb, context, std::move(arguments), run);
    return verb;
}

CLI::App* add_group(CLI::App* noun, const std::string& name, const std::string& help)
{
    auto* group = noun->add_subcommand(name, help);
    group->require_subcommand(1);
    return group;
}

void add_guests(CLI::App* noun, CommandContext& context)
{
    auto* group =
        add_group(noun, "guest", "Whom a team key, and a service in trial mode, may reach besides its members");
    add_entry_verb(group, context, "add", "A phone number or an email address", "recipient", std::make_shared<Entry>(),
                   add_guest);
    add_entry_verb(group, context, "remove", "Off the list", "recipient", std::make_shared<Entry>(), remove_guest);
}

void add_members(CLI::App* noun, CommandContext& context)
{
    auto* group = add_group(noun, "member", "The users of a service");
    add_entry_verb(group, context, "add", "A user by id or email address", "user", std::make_shared<Entry>(),
                   add_member);
    add_entry_verb(group, context, "remove", "No member any more", "user", std::make_shared<Entry>(), remove_member);
}

template <SenderKind kind>
void add_senders(CLI::App* noun, CommandContext& context, const std::string& name, const std::string& help,
                 const std::string& entry)
{
    auto* group = add_group(noun, name, help);
    auto arguments = std::make_shared<Entry>();
    auto* add =
        add_entry_verb(group, context, "add", "One more; the first is the default", entry, arguments, add_sender<kind>);
    add->add_flag("--default", arguments->is_default, "Take it where a request names none");
    add_entry_verb(group, context, "default", "Take it where a request names none", "id", std::make_shared<Entry>(),
                   make_default<kind>);
    add_entry_verb(group, context, "archive", "Not to be used any more", "id", std::make_shared<Entry>(),
                   archive_sender<kind>);
}

void add_callback(CLI::App* noun, CommandContext& context)
{
    auto* verb = noun->add_subcommand("callback", "Where the service hears of its messages");
    auto arguments = std::make_shared<Callback>();
    auto& wish = arguments->wish;
    verb->add_option("service", arguments->service, "Id or name of the service")->required();
    verb->add_option("--type", wish.type, "delivery_status, complaint or inbound_sms")->capture_default_str();
    auto* clear = verb->add_flag("--clear", arguments->clear, "Call nobody any more");
    auto* url = verb->add_option("--url", wish.url, "An https:// URL that takes POST")->excludes(clear);
    auto* token = verb->add_option("--bearer-token", wish.bearer_token,
                                   "What the call carries to prove itself; - reads it from standard input")
                      ->excludes(clear);
    url->needs(token);
    token->needs(url);
    verb->footer(
        "Calls are signed: the answer holds the secret to verify them with, which is made anew each time a callback is "
        "set.\n"
        "http:// is called only where callbacks.allow_http is set, private and loopback addresses only where\n"
        "callbacks.allow_private_addresses is; `herald callback` tells how the calls go.\n\n"
        "  herald service callback 'Town hall' --url https://town.example/receipts --bearer-token - < token\n"
        "  herald service callback 'Town hall' --type delivery_status --clear");
    on_call(verb, context, arguments, callback);
}

void add_branding(CLI::App* noun, CommandContext& context)
{
    auto* verb = noun->add_subcommand("branding", "What its emails show above the message");
    auto arguments = std::make_shared<BrandingOf>();
    verb->add_option("service", arguments->service, "Id or name of the service")->required();
    auto* clear = verb->add_flag("--clear", arguments->clear, "None any more: the platform's banner, or nothing");
    verb->add_option("branding", arguments->name, "As `herald branding list` shows it")->excludes(clear);
    verb->footer("  herald service branding 'Town hall' Parks\n  herald service branding 'Town hall' --clear");
    on_call(verb, context, arguments, branding);
}

}  // namespace

void add_service_settings(CLI::App* noun, CommandContext& context)
{
    add_guests(noun, context);
    add_members(noun, context);
    add_senders<SenderKind::sms_sender>(noun, context, "sms-sender", "Numbers and names that text messages come from",
                                        "sender");
    add_senders<SenderKind::email_reply_to>(noun, context, "reply-to", "Addresses that answers to emails go to",
                                            "address");
    add_callback(noun, context);
    add_branding(noun, context);
}

}  // namespace herald::cli
