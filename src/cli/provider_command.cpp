// herald provider
#include <fmt/format.h>

#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct List
{
    std::optional<std::string> name;
};

struct History
{
    std::optional<std::string> name;
    std::optional<std::string> channel;
    std::int32_t most = 50;
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
            {"resting_priority", row.resting_priority},
            {"active", row.active},
            {"slow_share", row.slow_share ? json::value(*row.slow_share) : json::value()},
            {"supports_international", row.international},
            {"updated_at", json_moment(row.updated_at)},
            {"updated_by", json_text(row.updated_by_email)}};
}

// Of its text messages, those that take over five minutes.
std::string slow_text(const ProviderRow& row)
{
    return row.slow_share ? fmt::format("{:.0f} %", *row.slow_share * 100) : "-";
}

Row row_of(const ProviderRow& row)
{
    return {std::string(to_string(row.channel)),
            row.name,
            std::to_string(row.priority),
            std::to_string(row.resting_priority),
            yes_no(row.active),
            slow_text(row),
            yes_no(row.international),
            moment(row.updated_at),
            row.updated_by_email.empty() ? "-" : row.updated_by_email};
}

const Row kHeading{"CHANNEL", "NAME", "PRIORITY", "RESTING", "ACTIVE", "SLOW", "ABROAD", "CHANGED", "BY"};

json::object json_of(const ProviderEvent& event)
{
    return {{"channel", to_string(event.channel)},
            {"name", event.name},
            {"at", json_moment(event.at)},
            {"priority", event.priority},
            {"active", event.active},
            {"supports_international", event.international},
            {"reason", event.reason},
            {"author", json_text(event.author_email)}};
}

Row row_of_event(const ProviderEvent& event)
{
    return {moment(event.at),
            std::string(to_string(event.channel)),
            event.name,
            std::to_string(event.priority),
            yes_no(event.active),
            event.reason,
            event.author_email.empty() ? "herald" : event.author_email};
}

const Row kHistoryHeading{"AT", "CHANNEL", "NAME", "PRIORITY", "ACTIVE", "REASON", "BY"};

std::optional<Channel> channel_of(const std::optional<std::string>& text)
{
    return text ? parse_channel(*text) : std::nullopt;
}

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

Result<Answer> history(const Administration& administration, const History& arguments)
{
    const auto all =
        administration.list_provider_history(arguments.name, channel_of(arguments.channel), arguments.most);
    return show_list(all, kHistoryHeading, row_of_event, [](const ProviderEvent& event) { return json_of(event); });
}

Result<Answer> change(const Administration& administration, const Change& arguments)
{
    return show_result(administration.change_provider(arguments.name, channel_of(arguments.channel), arguments.change),
                       [](const ProviderRow& row) { return Answer{json_of(row), table({kHeading, row_of(row)})}; });
}

void add_history_verb(CLI::App& noun, CommandContext& context)
{
    auto* verb = noun.add_subcommand("history", "What happened to providers, newest first");
    auto arguments = std::make_shared<History>();
    verb->add_option("name", arguments->name, "Of this one only");
    verb->add_option("--channel", arguments->channel, "sms or email, for a provider of both")
        ->check(CLI::IsMember({"sms", "email"}));
    verb->add_option("--limit", arguments->most, "The most to show")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    on_call(verb, context, arguments, history);
}

void add_change_verb(CLI::App& noun, CommandContext& context)
{
    auto* verb = noun.add_subcommand("change", "Switch a provider off or on, set its priority");
    auto arguments = std::make_shared<Change>();
    verb->add_option("name", arguments->name, "As `herald provider list` shows it")->required();
    verb->add_option("--channel", arguments->channel, "sms or email, for a provider of both")
        ->check(CLI::IsMember({"sms", "email"}));
    verb->add_option("--active", arguments->change.update.active, "true or false");
    verb->add_option("--priority", arguments->change.update.priority,
                     "Its weight among the active ones, 0 to 100, and where Herald brings it back to")
        ->check(CLI::Range(0, 100));
    verb->add_option("--international", arguments->change.update.international,
                     "Whether it takes messages that leave the country: true or false");
    verb->add_option("--reason", arguments->change.reason, "Why, for the history");
    verb->add_option("--by", arguments->change.author, "Who decided: a user's id or email address");
    verb->footer("  herald provider change smtp --active false --reason 'maintenance' --by ada@town.example");
    on_call(verb, context, arguments, change);
}

}  // namespace

void add_provider_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "provider", "Who carries messages");
    noun->footer(
        "Which providers there are is said by providers.email and providers.sms in the configuration of the workers; a "
        "provider shows up here once one has started.\n"
        "The active ones of a channel share its messages by their priorities. From one that fails, Herald moves "
        "traffic "
        "to the others, and back to its resting priority\n"
        "later; one that takes nothing is offered only a message now and then. `history` tells all of it.");
    on_call(noun->add_subcommand("list", "All providers"), context, std::make_shared<List>(), list);
    auto* show_verb = noun->add_subcommand("show", "One provider");
    auto show_arguments = std::make_shared<List>();
    show_verb->add_option("name", show_arguments->name, "As `herald provider list` shows it")->required();
    on_call(show_verb, context, show_arguments, list);
    add_change_verb(*noun, context);
    add_history_verb(*noun, context);
}

}  // namespace herald::cli
