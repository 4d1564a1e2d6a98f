// herald service
#include <fmt/format.h>

#include "cli/administer.hpp"
#include "cli/service_settings.hpp"

namespace herald::cli
{

namespace
{

struct Create
{
    NewService service;
    bool live = false;
    bool no_prefix = false;
};

struct Named
{
    std::string service;
};

struct Change
{
    std::string service;
    ServiceChange change;
    bool live = false;
    bool trial = false;
    bool research = false;
    bool no_research = false;
    bool prefix = false;
    bool no_prefix = false;
    std::vector<std::string> add_permissions;
    std::vector<std::string> remove_permissions;
};

json::object json_of(const ServiceRow& row)
{
    const Service& service = row.service;
    return {{"id", service.id.to_string()},
            {"name", service.name},
            {"email_from", service.email_from},
            {"active", service.active},
            {"restricted", service.restricted},
            {"research_mode", service.research_mode},
            {"prefix_sms", service.prefix_sms},
            {"message_limit", service.message_limit},
            {"rate_limit", service.rate_limit},
            {"permissions", json::value_from(permission_names(service.permissions))},
            {"retention_days_email", service.retention_days_email},
            {"retention_days_sms", service.retention_days_sms},
            {"created_at", json_moment(row.created_at)},
            {"updated_at", json_moment(row.updated_at)}};
}

template <class Items, class Of>
json::array json_array(const Items& items, const Of& of)
{
    json::array all;
    for (const auto& item : items) all.push_back(of(item));
    return all;
}

json::object json_of(const ServiceDetails& details)
{
    auto object = json_of(details.row);
    object["sms_senders"] = json_array(details.sms_senders,
                                       [](const SmsSender& each)
                                       {
                                           return json::object{{"id", each.id.to_string()},
                                                               {"sms_sender", each.sms_sender},
                                                               {"is_default", each.is_default}};
                                       });
    object["email_reply_tos"] = json_array(details.email_reply_tos,
                                           [](const EmailReplyTo& each)
                                           {
                                               return json::object{{"id", each.id.to_string()},
                                                                   {"email_address", each.email_address},
                                                                   {"is_default", each.is_default}};
                                           });
    object["guests"] = json_array(details.guests, [](const Guest& each) { return json::string(each.recipient); });
    object["members"] = json_array(details.members,
                                   [](const User& each)
                                   {
                                       return json::object{{"id", each.id.to_string()},
                                                           {"name", each.name},
                                                           {"email_address", each.email_address},
                                                           {"state", each.state}};
                                   });
    object["email_branding"] = details.branding ? json::value(branding_json(*details.branding)) : json::value(nullptr);
    object["callbacks"] = json_array(details.callbacks, [](const ServiceCallback& each)
                                     { return json::object{{"type", each.type}, {"url", each.url}}; });
    return object;
}

template <class Items, class Of>
std::string lines(const Items& items, const Of& of)
{
    std::string text;
    for (const auto& item : items) text += (text.empty() ? "" : "\n") + of(item);
    return text.empty() ? "-" : text;
}

std::string default_mark(bool is_default)
{
    return is_default ? "  (default)" : "";
}

std::string text_of(const ServiceDetails& details)
{
    const Service& service = details.row.service;
    return facts({
        {"id", service.id.to_string()},
        {"name", service.name},
        {"state",
         service.active ? (service.restricted ? "trial: reaches members and guests only" : "live") : "archived"},
        {"emails from", service.email_from},
        {"research mode", yes_no(service.research_mode)},
        {"name before texts", yes_no(service.prefix_sms)},
        {"messages a day", std::to_string(service.message_limit)},
        {"requests a minute", std::to_string(service.rate_limit)},
        {"permissions", fmt::format("{}", fmt::join(permission_names(service.permissions), ", "))},
        {"days kept",
         fmt::format("emails {}, text messages {}", service.retention_days_email, service.retention_days_sms)},
        {"sms senders",
         lines(details.sms_senders, [](const SmsSender& each)
               { return each.id.to_string() + "  " + each.sms_sender + default_mark(each.is_default); })},
        {"email reply-tos",
         lines(details.email_reply_tos, [](const EmailReplyTo& each)
               { return each.id.to_string() + "  " + each.email_address + default_mark(each.is_default); })},
        {"guests", lines(details.guests, [](const Guest& each) { return each.recipient; })},
        {"members", lines(details.members, [](const User& each) { return each.email_address + "  " + each.name; })},
        {"callbacks",
         lines(details.callbacks, [](const ServiceCallback& each) { return each.type + "  " + each.url; })},
        {"email branding", details.branding ? details.branding->name : "-"},
        {"created", moment(details.row.created_at)},
        {"changed", moment(details.row.updated_at)},
    });
}

Result<Answer> create(const Administration& administration, const Create& arguments)
{
    NewService wanted = arguments.service;
    wanted.restricted = !arguments.live;
    wanted.prefix_sms = !arguments.no_prefix;
    return show_result(administration.create_service(std::move(wanted)), show);
}

Result<Answer> list(const Administration& administration, const Named& /*arguments*/)
{
    return show_list(
        administration.list_services(), {"ID", "NAME", "STATE", "MESSAGES/DAY", "REQUESTS/MIN"},
        [](const ServiceRow& row)
        {
            const Service& service = row.service;
            return Row{service.id.to_string(), service.name,
                       !service.active      ? "archived"
                       : service.restricted ? "trial"
                                            : "live",
                       std::to_string(service.message_limit), std::to_string(service.rate_limit)};
        },
        [](const ServiceRow& row) { return json_of(row); });
}

Result<Answer> show_one(const Administration& administration, const Named& arguments)
{
    return show_result(administration.show_service(arguments.service), show);
}

std::optional<bool> choice(bool yes, bool no)
{
    if (!yes && !no) return std::nullopt;
    return yes;
}

Result<Answer> change(const Administration& administration, const Change& arguments)
{
    ServiceChange wanted = arguments.change;
    wanted.restricted = choice(arguments.trial, arguments.live);
    wanted.research_mode = choice(arguments.research, arguments.no_research);
    wanted.prefix_sms = choice(arguments.prefix, arguments.no_prefix);
    const auto add = parse_permissions(arguments.add_permissions);
    if (!add) return Failure(add.error());
    const auto remove = parse_permissions(arguments.remove_permissions);
    if (!remove) return Failure(remove.error());
    wanted.add_permissions = *add;
    wanted.remove_permissions = *remove;
    return show_result(administration.change_service(arguments.service, std::move(wanted)), show);
}

Result<Answer> archive(const Administration& administration, const Named& arguments)
{
    return show_result(administration.archive_service(arguments.service), show);
}

Result<Answer> restore(const Administration& administration, const Named& arguments)
{
    ServiceChange active;
    active.active = true;
    return show_result(administration.change_service(arguments.service, std::move(active)), show);
}

void add_create(CLI::App* noun, CommandContext& context)
{
    auto* verb = noun->add_subcommand("create", "Make a service; it begins in trial mode, unless --live is given");
    auto arguments = std::make_shared<Create>();
    auto& service = arguments->service;
    verb->add_option("name", service.name, "The name that recipients see")->required();
    verb->add_option("--email-from", service.email_from,
                     "Part before the @ of the sender of emails (default: made from the name)");
    verb->add_flag("--live", arguments->live, "May send to anyone");
    verb->add_option("--message-limit", service.message_limit,
                     "Messages a UTC day (default: 50, or 250000 with --live)");
    verb->add_option("--rate-limit", service.rate_limit, "Requests a minute and kind of key")->capture_default_str();
    verb->add_option("--permission", service.permissions, "What it may do; may be repeated")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->capture_default_str();
    verb->add_option("--retention-days-email", service.retention_days_email,
                     "Days that personal data of emails is kept")
        ->capture_default_str();
    verb->add_option("--retention-days-sms", service.retention_days_sms, "The same for text messages")
        ->capture_default_str();
    verb->add_flag("--research-mode", service.research_mode, "Nothing leaves the building; statuses are simulated");
    verb->add_flag("--no-prefix-sms", arguments->no_prefix, "Text messages do not begin with the service's name");
    verb->footer("  herald service create 'Town hall' --live --permission sms,email");
    on_call(verb, context, arguments, create);
}

void add_change(CLI::App* noun, CommandContext& context)
{
    auto* verb = noun->add_subcommand("change", "Change what is given, leave the rest. Servers follow within a second");
    auto arguments = std::make_shared<Change>();
    auto& wanted = arguments->change;
    verb->add_option("service", arguments->service, "Id or name")->required();
    verb->add_option("--name", wanted.name, "The name that recipients see");
    verb->add_option("--email-from", wanted.email_from, "Part before the @ of the sender of emails");
    auto* live = verb->add_flag("--live", arguments->live, "May send to anyone");
    verb->add_flag("--trial", arguments->trial, "Reaches its members and guests only")->excludes(live);
    auto* research = verb->add_flag("--research-mode", arguments->research, "Nothing leaves the building");
    verb->add_flag("--no-research-mode", arguments->no_research, "Messages are sent")->excludes(research);
    auto* prefix = verb->add_flag("--prefix-sms", arguments->prefix, "Text messages begin with the service's name");
    verb->add_flag("--no-prefix-sms", arguments->no_prefix, "They do not")->excludes(prefix);
    verb->add_option("--message-limit", wanted.message_limit, "Messages a UTC day");
    verb->add_option("--rate-limit", wanted.rate_limit, "Requests a minute and kind of key");
    verb->add_option("--add-permission", arguments->add_permissions, "What it may do from now on; may be repeated")
        ->delimiter(',')
        ->allow_extra_args(false);
    verb->add_option("--remove-permission", arguments->remove_permissions,
                     "What it may not do any more; may be repeated")
        ->delimiter(',')
        ->allow_extra_args(false);
    verb->add_option("--retention-days-email", wanted.retention_days_email,
                     "Days that personal data of emails is kept");
    verb->add_option("--retention-days-sms", wanted.retention_days_sms, "The same for text messages");
    verb->footer(
        "  herald service change 'Town hall' --live --message-limit 100000 --add-permission international_sms");
    on_call(verb, context, arguments, change);
}

void add_named(CLI::App* noun, CommandContext& context, const std::string& name, const std::string& help,
               Verb<Named> run)
{
    auto* verb = noun->add_subcommand(name, help);
    auto arguments = std::make_shared<Named>();
    verb->add_option("service", arguments->service, "Id or name")->required();
    on_call(verb, context, arguments, run);
}

}  // namespace

Answer show(const ServiceDetails& details)
{
    return {json_of(details), text_of(details)};
}

void add_service_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "service", "Services: the teams' accounts");
    add_create(noun, context);
    on_call(noun->add_subcommand("list", "All services, by name"), context, std::make_shared<Named>(), list);
    add_named(noun, context, "show", "Everything about one service, except its keys (`herald key list`) and templates",
              show_one);
    add_change(noun, context);
    add_named(noun, context, "archive",
              "Stop a service for good: it sends nothing more and its keys are revoked; its history stays", archive);
    add_named(noun, context, "restore", "Make an archived service active again; it needs new keys", restore);
    add_service_settings(noun, context);
}

}  // namespace herald::cli
