// herald inbound-number
#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct Number
{
    std::string number;
    std::string provider = "sns";
    std::string service;
};

json::object json_of(const InboundNumber& number)
{
    return {{"number", number.number},
            {"provider", number.provider},
            {"service_id", number.service_id ? json::value(number.service_id->to_string()) : json::value()},
            {"service", json_text(number.service_name)},
            {"active", number.active},
            {"created_at", json_moment(number.created_at)}};
}

Row row_of(const InboundNumber& number)
{
    return {number.number, number.provider, number.service_id ? number.service_name : "-", yes_no(number.active),
            moment(number.created_at)};
}

const Row kHeading{"NUMBER", "PROVIDER", "SERVICE", "ACTIVE", "ADDED"};

Result<Answer> show(const Result<InboundNumber>& number)
{
    return show_result(number,
                       [](const InboundNumber& one) { return Answer{json_of(one), table({kHeading, row_of(one)})}; });
}

Result<Answer> list(const Administration& administration, const Number&)
{
    return show_list(administration.list_inbound_numbers(), kHeading, row_of,
                     [](const InboundNumber& number) { return json_of(number); });
}

Result<Answer> add(const Administration& administration, const Number& arguments)
{
    return show(administration.add_inbound_number(arguments.number, arguments.provider));
}

Result<Answer> assign(const Administration& administration, const Number& arguments)
{
    return show(administration.assign_inbound_number(arguments.number, arguments.service));
}

Result<Answer> release(const Administration& administration, const Number& arguments)
{
    return show(administration.release_inbound_number(arguments.number));
}

}  // namespace

void add_inbound_number_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "inbound-number", "Numbers that people can write to, and whose they are");
    noun->footer("A service gets texts when it has a number and the permissions sms and inbound_sms.");
    on_call(noun->add_subcommand("list", "All numbers"), context, std::make_shared<Number>(), list);

    auto arguments = std::make_shared<Number>();
    auto* add_verb = noun->add_subcommand("add", "Take a number of ours into stock");
    add_verb->add_option("number", arguments->number, "Digits, with a plus or without")->required();
    add_verb->add_option("--provider", arguments->provider, "Whose number it is")->capture_default_str();
    add_verb->footer("  herald inbound-number add +12125550101 --provider sns");
    on_call(add_verb, context, arguments, add);

    auto* assign_verb = noun->add_subcommand("assign", "Give a number to a service");
    assign_verb->add_option("number", arguments->number, "As `herald inbound-number list` shows it")->required();
    assign_verb->add_option("--service", arguments->service, "The service's id or name")->required();
    assign_verb->footer("  herald inbound-number assign +12125550101 --service Parks");
    on_call(assign_verb, context, arguments, assign);

    auto* release_verb = noun->add_subcommand("release", "Take a number back into stock");
    release_verb->add_option("number", arguments->number, "As `herald inbound-number list` shows it")->required();
    release_verb->footer("  herald inbound-number release +12125550101");
    on_call(release_verb, context, arguments, release);
}

}  // namespace herald::cli
