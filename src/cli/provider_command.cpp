// herald provider
#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct List
{
    std::optional<std::string> name;
};

struct Change
{
    std::string name;
    std::optional<std::string> channel;
    ProviderChange change;
};

json::object json_of(const ProviderRow& row)
{
    return {{"channel", to_string(row.channel)},
            {"name", row.name},
            {"priority", row.priority},
            {"active", row.active},
            {"updated_at", json_moment(row.updated_at)},
            {"updated_by", json_text(row.updated_by_email)}};
}

Row row_of(const ProviderRow& row)
{
    return {std::string(to_string(row.channel)),
            row.name,
            std::to_string(row.priority),
            yes_no(row.active),
            moment(row.updated_at),
            row.updated_by_email.empty() ? "-" : row.updated_by_email};
}

const Row kHeading{"CHANNEL", "NAME", "PRIORITY", "ACTIVE", "CHANGED", "BY"};

Result<Answer> list(const Administration& administration, const List& arguments)
{
    auto all = administration.list_providers();
    if (all && arguments.name)
    {
        std::erase_if(*all, [&](const ProviderRow& row) { return row.name != *arguments.name; });
        if (all->empty())
            return fail(ErrorKind::not_found,
                        "There is no provider '" + *arguments.name + "'; `herald provider list` shows them all");
    }
    return show_list(all, kHeading, row_of, [](const ProviderRow& row) { return json_of(row); });
}

Result<Answer> change(const Administration& administration, const Change& arguments)
{
    std::optional<Channel> channel;
    if (arguments.channel) channel = parse_channel(*arguments.channel);
    return show_result(administration.change_provider(arguments.name, channel, arguments.change),
                       [](const ProviderRow& row) { return Answer{json_of(row), table({kHeading, row_of(row)})}; });
}

}  // namespace

void add_provider_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "provider", "Who carries messages");
    noun->footer(
        "An inactive provider is not used: its messages wait and are tried again. Which one carries a channel is said "
        "by providers.email and "
        "providers.sms in the\n"
        "configuration; sharing the traffic out by priority, and failing over, are not built yet.");
    on_call(noun->add_subcommand("list", "All providers"), context, std::make_shared<List>(), list);
    auto* show_verb = noun->add_subcommand("show", "One provider");
    auto show_arguments = std::make_shared<List>();
    show_verb->add_option("name", show_arguments->name, "As `herald provider list` shows it")->required();
    on_call(show_verb, context, show_arguments, list);

    auto* change_verb = noun->add_subcommand("change", "Switch a provider off or on, set its priority");
    auto arguments = std::make_shared<Change>();
    change_verb->add_option("name", arguments->name, "As `herald provider list` shows it")->required();
    change_verb->add_option("--channel", arguments->channel, "sms or email, for a provider of both")
        ->check(CLI::IsMember({"sms", "email"}));
    change_verb->add_option("--active", arguments->change.active, "true or false");
    change_verb->add_option("--priority", arguments->change.priority, "Its weight among the active ones, 0 to 100")
        ->check(CLI::Range(0, 100));
    change_verb->add_option("--by", arguments->change.author, "Who decided: a user's id or email address");
    change_verb->footer("  herald provider change smtp --active false --by ada@town.example");
    on_call(change_verb, context, arguments, change);
}

}  // namespace herald::cli
