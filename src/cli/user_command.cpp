// herald user
#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct Create
{
    NewUser user;
};

struct Change
{
    std::string user;
    UserChange change;
};

struct Named
{
    std::string user;
};

json::object json_of(const User& user)
{
    return {{"id", user.id.to_string()},
            {"name", user.name},
            {"email_address", user.email_address},
            {"mobile_number", json_text(user.mobile_number.value_or(""))},
            {"state", user.state},
            {"platform_admin", user.platform_admin},
            {"created_at", json_moment(user.created_at)},
            {"updated_at", json_moment(user.updated_at)}};
}

Answer show(const UserDetails& details)
{
    const User& user = details.user;
    auto object = json_of(user);
    json::array services;
    std::string names;
    for (const auto& service : details.services)
    {
        services.push_back(json::object{{"id", service.id.to_string()}, {"name", service.name}});
        names += (names.empty() ? "" : "\n") + service.id.to_string() + "  " + service.name;
    }
    object["services"] = std::move(services);
    return {std::move(object), facts({{"id", user.id.to_string()},
                                      {"name", user.name},
                                      {"email address", user.email_address},
                                      {"mobile number", user.mobile_number.value_or("-")},
                                      {"state", user.state},
                                      {"platform admin", yes_no(user.platform_admin)},
                                      {"services", names.empty() ? "-" : names},
                                      {"created", moment(user.created_at)},
                                      {"changed", moment(user.updated_at)}})};
}

Result<Answer> create(const Administration& administration, const Create& arguments)
{
    return show_result(administration.create_user(arguments.user), show);
}

Result<Answer> list(const Administration& administration, const Named& /*arguments*/)
{
    return show_list(
        administration.list_users(), {"ID", "EMAIL ADDRESS", "NAME", "STATE"},
        [](const User& user) { return Row{user.id.to_string(), user.email_address, user.name, user.state}; },
        [](const User& user) { return json_of(user); });
}

Result<Answer> show_one(const Administration& administration, const Named& arguments)
{
    return show_result(administration.show_user(arguments.user), show);
}

Result<Answer> change(const Administration& administration, const Change& arguments)
{
    return show_result(administration.change_user(arguments.user, arguments.change), show);
}

Result<Answer> deactivate(const Administration& administration, const Named& arguments)
{
    UserChange wanted;
    wanted.state = "inactive";
    return show_result(administration.change_user(arguments.user, std::move(wanted)), show);
}

Result<Answer> activate(const Administration& administration, const Named& arguments)
{
    UserChange wanted;
    wanted.state = "active";
    return show_result(administration.change_user(arguments.user, std::move(wanted)), show);
}

void add_named(CLI::App* noun, CommandContext& context, const std::string& name, const std::string& help,
               Verb<Named> run)
{
    auto* verb = noun->add_subcommand(name, help);
    auto arguments = std::make_shared<Named>();
    verb->add_option("user", arguments->user, "Id or email address")->required();
    on_call(verb, context, arguments, run);
}

}  // namespace

void add_user_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "user", "People");
    auto* create_verb = noun->add_subcommand("create", "Make a user");
    auto create_arguments = std::make_shared<Create>();
    create_verb->add_option("--name", create_arguments->user.name, "Full name")->required();
    create_verb->add_option("--email", create_arguments->user.email_address, "Email address; unique")->required();
    create_verb->add_option("--mobile", create_arguments->user.mobile_number, "Mobile number");
    create_verb->add_flag("--platform-admin", create_arguments->user.platform_admin, "May see every service");
    create_verb->footer(
        "  herald user create --name 'Ada Lovelace' --email ada@town.example --mobile '+1 202 555 0123'");
    on_call(create_verb, context, create_arguments, create);

    on_call(noun->add_subcommand("list", "All users, by name"), context, std::make_shared<Named>(), list);
    add_named(noun, context, "show", "One user, and the services they belong to", show_one);

    auto* change_verb = noun->add_subcommand("change", "Change what is given, leave the rest");
    auto change_arguments = std::make_shared<Change>();
    auto& wanted = change_arguments->change;
    change_verb->add_option("user", change_arguments->user, "Id or email address")->required();
    change_verb->add_option("--name", wanted.name, "Full name");
    change_verb->add_option("--email", wanted.email_address, "Email address");
    change_verb->add_option("--mobile", wanted.mobile_number, "Mobile number");
    change_verb->add_option("--platform-admin", wanted.platform_admin, "true or false");
    on_call(change_verb, context, change_arguments, change);

    add_named(noun, context, "deactivate", "A user who left: reached by no service in trial mode any more", deactivate);
    add_named(noun, context, "activate", "Undo that", activate);
}

}  // namespace herald::cli
