// herald key
#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct Create
{
    std::string service;
    std::string name;
    std::string type = "normal";
};

struct List
{
    std::string service;
};

struct One
{
    std::string id;
};

json::object json_of(const ApiKeyRow& row)
{
    return {{"id", row.id.to_string()},
            {"service_id", row.service_id.to_string()},
            {"name", row.name},
            {"type", to_string(row.type)},
            {"created_at", json_moment(row.created_at)},
            {"revoked_at", json_moment(row.expiry_date)}};
}

Result<Answer> create(const Administration& administration, const Create& arguments)
{
    const auto type = parse_key_type(arguments.type).value_or(KeyType::normal);
    const auto created = administration.create_api_key(arguments.service, arguments.name, type);
    if (!created) return Failure(created.error());
    auto object = json_of(created->row);
    object["key"] = created->text;
    return Answer{std::move(object),
                  facts({{"id", created->row.id.to_string()}, {"key", created->text}}) +
                      "This is the only time that the key is shown. Keep it where secrets are kept.\n"};
}

Result<Answer> list(const Administration& administration, const List& arguments)
{
    return show_list(
        administration.list_api_keys(arguments.service), {"ID", "TYPE", "NAME", "CREATED", "REVOKED"},
        [](const ApiKeyRow& row)
        {
            return Row{row.id.to_string(), std::string(to_string(row.type)), row.name, moment(row.created_at),
                       moment(row.expiry_date)};
        },
        [](const ApiKeyRow& row) { return json_of(row); });
}

Result<Answer> show(const Administration& administration, const One& arguments)
{
    return show_result(administration.show_api_key(arguments.id),
                       [](const ApiKeyRow& row)
                       {
                           return Answer{json_of(row), facts({{"id", row.id.to_string()},
                                                              {"name", row.name},
                                                              {"type", std::string(to_string(row.type))},
                                                              {"service", row.service_id.to_string()},
                                                              {"created", moment(row.created_at)},
                                                              {"revoked", moment(row.expiry_date)}})};
                       });
}

Result<Answer> revoke(const Administration& administration, const One& arguments)
{
    return show_result(
        administration.revoke_api_key(arguments.id), [](const ApiKeyRow& row)
        { return Answer{json_of(row), "revoked '" + row.name + "'; every server knows within a second\n"}; });
}

}  // namespace

void add_key_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "key", "API keys of services");
    auto* create_verb = noun->add_subcommand("create", "Make a key; it is printed once");
    auto create_arguments = std::make_shared<Create>();
    create_verb->add_option("--service", create_arguments->service, "Id or name of the service")->required();
    create_verb->add_option("--name", create_arguments->name, "What it is for")->required();
    create_verb
        ->add_option("--type", create_arguments->type,
                     "normal sends to anyone, team to members and guests, test to nobody")
        ->check(CLI::IsMember({"normal", "team", "test"}))
        ->capture_default_str();
    create_verb->footer("  herald key create --service 'Town hall' --name website --type normal");
    on_call(create_verb, context, create_arguments, create);

    auto* list_verb = noun->add_subcommand("list", "A service's keys, revoked ones included, without their secrets");
    auto list_arguments = std::make_shared<List>();
    list_verb->add_option("--service", list_arguments->service, "Id or name of the service")->required();
    on_call(list_verb, context, list_arguments, list);

    auto* show_verb = noun->add_subcommand("show", "One key, without its secret, which nobody can read again");
    auto show_arguments = std::make_shared<One>();
    show_verb->add_option("id", show_arguments->id, "The key's id, as `herald key list` shows it")->required();
    on_call(show_verb, context, show_arguments, show);

    auto* revoke_verb = noun->add_subcommand("revoke", "End a key for good, within a second");
    auto revoke_arguments = std::make_shared<One>();
    revoke_verb->add_option("id", revoke_arguments->id, "The key's id, as `herald key list` shows it")->required();
    on_call(revoke_verb, context, revoke_arguments, revoke);
}

}  // namespace herald::cli
