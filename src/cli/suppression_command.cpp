// herald suppression
#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct List
{
    std::string service;
    std::optional<std::string> channel;
    std::optional<std::string> older_than;
    SuppressionQuery query;
};

struct Decide
{
    std::string service;
    std::optional<std::string> reason;
    SuppressionDecision decision;
};

const std::string kAutomatic = "-";

json::object json_of(const Suppression& suppression)
{
    const auto& row = suppression.row;
    return {{"id", row.id.to_string()},
            {"channel", to_string(row.channel)},
            {"recipient", json_text(suppression.recipient)},
            {"reason", to_string(row.reason)},
            {"notification_id", json_text(row.notification_id ? row.notification_id->to_string() : "")},
            {"created_at", json_moment(row.created_at)},
            {"created_by", json_text(row.created_by_email)},
            {"lifted_at", json_moment(row.lifted_at)},
            {"lifted_by", json_text(row.lifted_by_email)}};
}

std::string lifted_by(const SuppressionRow& row)
{
    if (!row.lifted_at) return "-";
    return row.lifted_by_email.empty() ? "the recipient" : row.lifted_by_email;
}

Row row_of(const Suppression& suppression)
{
    const auto& row = suppression.row;
    return {std::string(to_string(row.channel)),
            suppression.recipient.empty() ? "(not known any more)" : suppression.recipient,
            std::string(to_string(row.reason)),
            moment(row.created_at),
            row.created_by_email.empty() ? kAutomatic : row.created_by_email,
            moment(row.lifted_at),
            lifted_by(row)};
}

const Row kHeading{"CHANNEL", "RECIPIENT", "REASON", "SINCE", "BY", "LIFTED", "LIFTED BY"};

Result<Answer> list(const Administration& administration, const List& arguments)
{
    auto query = arguments.query;
    if (arguments.channel) query.channel = parse_channel(*arguments.channel);
    if (arguments.older_than)
    {
        query.older_than = SuppressionId::parse(*arguments.older_than);
        if (!query.older_than)
            return fail(ErrorKind::validation,
                        "--older-than takes an id, as `herald suppression list --json` shows them");
    }
    return show_list(administration.list_suppressions(arguments.service, query), kHeading, row_of,
                     [](const Suppression& suppression) { return json_of(suppression); });
}

Answer show(const Suppression& suppression)
{
    return Answer{json_of(suppression), table({kHeading, row_of(suppression)})};
}

Result<Answer> add(const Administration& administration, const Decide& arguments)
{
    auto decision = arguments.decision;
    if (arguments.reason) decision.reason = parse_suppression_reason(*arguments.reason);
    return show_result(administration.add_suppression(arguments.service, decision), show);
}

Result<Answer> lift(const Administration& administration, const Decide& arguments)
{
    return show_result(administration.lift_suppression(arguments.service, arguments.decision), show);
}

void add_list(CLI::App& noun, CommandContext& context)
{
    auto* verb = noun.add_subcommand("list", "Whom a service does not write to any more, the newest first");
    auto arguments = std::make_shared<List>();
    verb->add_option("--service", arguments->service, "Its name or id")->required();
    verb->add_option("--channel", arguments->channel, "sms or email alone")->check(CLI::IsMember({"sms", "email"}));
    verb->add_option("--recipient", arguments->query.recipient, "One phone number or email address alone");
    verb->add_flag("--with-lifted", arguments->query.with_lifted, "Those of the last 90 days that were lifted as well");
    verb->add_option("--limit", arguments->query.page_size, "How many at the most (200)")->check(CLI::Range(1, 10'000));
    verb->add_option("--older-than", arguments->older_than, "The id of the last one of the page before");
    verb->footer("  herald suppression list --service 'Town hall' --channel email");
    on_call(verb, context, arguments, list);
}

CLI::App* add_decision(CLI::App& noun, const char* name, const char* help, const std::shared_ptr<Decide>& arguments)
{
    auto* verb = noun.add_subcommand(name, help);
    verb->add_option("--service", arguments->service, "Its name or id")->required();
    verb->add_option("--recipient", arguments->decision.recipient, "A phone number or an email address")->required();
    verb->add_option("--by", arguments->decision.author, "Who decided: a user's id or email address")->required();
    return verb;
}

}  // namespace

void add_suppression_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "suppression", "Recipients whom a service does not write to any more");
    noun->footer(
        "A message to such a recipient is accepted and ends at once as permanent-failure. Hard bounces, complaints, "
        "the\n"
        "unsubscribe links of emails and STOP by text message suppress by themselves; START lifts. Messages of test "
        "keys\n"
        "are not affected.");
    add_list(*noun, context);

    auto to_add = std::make_shared<Decide>();
    auto* add_verb = add_decision(*noun, "add", "Suppress a recipient who has asked for it", to_add);
    add_verb->add_option("--reason", to_add->reason, "Default: unsubscribed for an address, stop for a number")
        ->check(CLI::IsMember({"hard_bounce", "complaint", "unsubscribed", "stop"}));
    add_verb->footer(
        "  herald suppression add --service 'Town hall' --recipient ada@town.example --by ben@town.example");
    on_call(add_verb, context, to_add, add);

    auto to_lift = std::make_shared<Decide>();
    auto* lift_verb = add_decision(*noun, "lift", "Write to a recipient again who wants it", to_lift);
    lift_verb->footer(
        "  herald suppression lift --service 'Town hall' --recipient ada@town.example --by ben@town.example");
    on_call(lift_verb, context, to_lift, lift);
}

}  // namespace herald::cli
