// herald template
#include <fmt/format.h>

#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct Create
{
    std::string service;
    std::string type;
    NewTemplate wanted;
    std::optional<std::string> file;
};

struct Change
{
    std::string service;
    std::string id;
    TemplateChange change;
    std::optional<std::string> file;
    bool priority = false;
    bool normal = false;
};

struct List
{
    std::string service;
    bool archived = false;
};

struct One
{
    std::string service;
    std::string id;
    std::optional<std::int32_t> version;
};

json::object json_of(const Template& facts)
{
    return {{"id", facts.id.to_string()},
            {"service_id", facts.service_id.to_string()},
            {"type", to_string(facts.type)},
            {"version", facts.version},
            {"name", facts.name},
            {"subject", json_text(facts.subject)},
            {"content", facts.content},
            {"priority", facts.priority},
            {"archived", facts.archived},
            {"created_by", json_text(facts.created_by_email)},
            {"created_at", json_moment(facts.created_at)},
            {"updated_at", json_moment(facts.updated_at)}};
}

Answer show(const TemplateReport& report)
{
    const Template& facts = report.facts;
    auto object = json_of(facts);
    object["placeholders"] = json::value_from(report.placeholders);
    object["warnings"] = json::value_from(report.warnings);
    std::vector<std::pair<std::string, std::string>> lines{
        {"id", facts.id.to_string()},
        {"type", std::string(to_string(facts.type))},
        {"version", std::to_string(facts.version)},
        {"name", facts.name},
    };
    if (facts.type == Channel::email) lines.emplace_back("subject", facts.subject);
    lines.emplace_back("content", facts.content);
    lines.emplace_back("placeholders",
                       report.placeholders.empty() ? "-" : fmt::format("{}", fmt::join(report.placeholders, ", ")));
    lines.emplace_back("priority", yes_no(facts.priority));
    lines.emplace_back("archived", yes_no(facts.archived));
    lines.emplace_back("created by", facts.created_by_email.empty() ? "-" : facts.created_by_email);
    lines.emplace_back("created", moment(facts.created_at));
    lines.emplace_back("changed", moment(facts.updated_at));
    for (const auto& warning : report.warnings) lines.emplace_back("warning", warning);
    return {std::move(object), cli::facts(lines)};
}

Result<Answer> create(const Administration& administration, const Create& arguments)
{
    NewTemplate wanted = arguments.wanted;
    wanted.type = arguments.type == "email" ? Channel::email : Channel::sms;
    if (arguments.file)
    {
        auto content = content_of_file(*arguments.file);
        if (!content) return Failure(content.error());
        wanted.content = std::move(*content);
    }
    return show_result(administration.create_template(arguments.service, std::move(wanted)), show);
}

Result<Answer> list(const Administration& administration, const List& arguments)
{
    return show_list(
        administration.list_templates(arguments.service, arguments.archived),
        {"ID", "TYPE", "VERSION", "NAME", "STATE"},
        [](const Template& facts)
        {
            return Row{facts.id.to_string(), std::string(to_string(facts.type)), std::to_string(facts.version),
                       facts.name,
                       facts.archived   ? "archived"
                       : facts.priority ? "priority"
                                        : "normal"};
        },
        [](const Template& facts) { return json_of(facts); });
}

Result<Answer> show_one(const Administration& administration, const One& arguments)
{
    return show_result(administration.show_template(arguments.service, arguments.id, arguments.version), show);
}

Result<Answer> change(const Administration& administration, const Change& arguments)
{
    TemplateChange wanted = arguments.change;
    if (arguments.priority || arguments.normal) wanted.priority = arguments.priority;
    if (arguments.file)
    {
        auto content = content_of_file(*arguments.file);
        if (!content) return Failure(content.error());
        wanted.content = std::move(*content);
    }
    return show_result(administration.change_template(arguments.service, arguments.id, std::move(wanted)), show);
}

template <bool archived>
Result<Answer> set_archived(const Administration& administration, const One& arguments)
{
    TemplateChange wanted;
    wanted.archived = archived;
    return show_result(administration.change_template(arguments.service, arguments.id, std::move(wanted)), show);
}

void add_service_option(CLI::App* verb, std::string& service)
{
    verb->add_option("--service", service, "Id or name of the service")->required();
}

void add_create(CLI::App* noun, CommandContext& context)
{
    auto* verb = noun->add_subcommand("create", "Make a template");
    auto arguments = std::make_shared<Create>();
    auto& wanted = arguments->wanted;
    add_service_option(verb, arguments->service);
    verb->add_option("--type", arguments->type, "sms or email")->required()->check(CLI::IsMember({"sms", "email"}));
    verb->add_option("--name", wanted.name, "What its authors call it")->required();
    verb->add_option("--subject", wanted.subject, "Of an email");
    auto* content = verb->add_option("--content", wanted.content, "The text; ((name)) is a placeholder");
    verb->add_option("--file", arguments->file, "Take the content from a file; - is standard input")->excludes(content);
    verb->add_flag("--priority", wanted.priority, "Its messages overtake those of other templates");
    verb->add_option("--author", wanted.author, "Who made it: a user's id or email address");
    verb->footer(
        "  herald template create --service 'Town hall' --type sms --name Reminder \\\n"
        "      --content 'Dear ((name)), your appointment is on ((date)).'");
    on_call(verb, context, arguments, create);
}

void add_change(CLI::App* noun, CommandContext& context)
{
    auto* verb = noun->add_subcommand("change", "Make a new version with what is given and the rest as it was");
    auto arguments = std::make_shared<Change>();
    auto& wanted = arguments->change;
    verb->add_option("id", arguments->id, "The template's id")->required();
    add_service_option(verb, arguments->service);
    verb->add_option("--name", wanted.name, "What its authors call it");
    verb->add_option("--subject", wanted.subject, "Of an email");
    auto* content = verb->add_option("--content", wanted.content, "The text; ((name)) is a placeholder");
    verb->add_option("--file", arguments->file, "Take the content from a file; - is standard input")->excludes(content);
    auto* priority =
        verb->add_flag("--priority", arguments->priority, "Its messages overtake those of other templates");
    verb->add_flag("--normal", arguments->normal, "They do not")->excludes(priority);
    verb->add_option("--author", wanted.author, "Who changed it: a user's id or email address");
    verb->footer("  herald template change ID --service 'Town hall' --file reminder.txt");
    on_call(verb, context, arguments, change);
}

CLI::App* add_one(CLI::App* noun, CommandContext& context, const std::string& name, const std::string& help,
                  std::shared_ptr<One> arguments, Verb<One> run)
{
    auto* verb = noun->add_subcommand(name, help);
    verb->add_option("id", arguments->id, "The template's id")->required();
    add_service_option(verb, arguments->service);
    on_call(verb, context, std::move(arguments), run);
    return verb;
}

}  // namespace

void add_template_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "template", "Message templates of a service");
    add_create(noun, context);
    auto* all = noun->add_subcommand("list", "A service's templates, by name");
    auto list_arguments = std::make_shared<List>();
    add_service_option(all, list_arguments->service);
    all->add_flag("--archived", list_arguments->archived, "Archived ones, too");
    on_call(all, context, list_arguments, list);
    auto shown = std::make_shared<One>();
    auto* show_verb = add_one(noun, context, "show",
                              "One template, with its placeholders and what is questionable about it", shown, show_one);
    show_verb->add_option("--version", shown->version, "An earlier version");
    add_change(noun, context);
    add_one(noun, context, "archive", "No message is made of it any more; its versions stay", std::make_shared<One>(),
            set_archived<true>);
    add_one(noun, context, "restore", "Make an archived template usable again", std::make_shared<One>(),
            set_archived<false>);
}

}  // namespace herald::cli
