#include "operations/manage_templates.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "operations/manage_checks.hpp"
#include "operations/manage_users.hpp"
#include "rendering/compiled_template.hpp"
#include "rendering/email.hpp"
#include "rendering/sms.hpp"
#include "storage/template_store.hpp"

namespace herald
{

namespace
{

using rendering::CompiledTemplate;
using rendering::Personalisation;

CompiledTemplate compile(const Template& facts)
{
    return CompiledTemplate::compile(facts.type, facts.subject, facts.content);
}

bool is_blank(std::string_view text)
{
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

Result<void> check_template(const Template& facts)
{
    if (auto checked = check_name("the template", facts.name); !checked) return checked;
    if (auto checked = check_text("The content", facts.content); !checked) return checked;
    if (auto checked = check_text("The subject", facts.subject); !checked) return checked;
    if (is_blank(facts.content))
        return fail(ErrorKind::validation, "The content is empty; give it with --content or --file");
    if (facts.type == Channel::sms)
    {
        if (!facts.subject.empty()) return fail(ErrorKind::validation, "A text message has no subject; leave it out");
        if (rendering::sms_content_too_long(facts.content))
            return fail(ErrorKind::bad_request,
                        fmt::format("The content is too long: a text message takes {} characters at most",
                                    rendering::kMaxSmsCharacters));
        return {};
    }
    if (is_blank(facts.subject)) return fail(ErrorKind::validation, "An email needs a subject; give it with --subject");
    return rendering::check_email_length(facts.content.size());
}

// Brackets that are still there once every placeholder is gone belong to none.
bool has_stray_brackets(const std::string& text)
{
    return text.find("((") != std::string::npos || text.find("))") != std::string::npos;
}

void add_warnings(TemplateReport& report, const CompiledTemplate& compiled)
{
    const Personalisation none;
    const auto content = compiled.fill_content(none, rendering::ListStyle::sentence, rendering::MissingStyle::omitted);
    const auto subject = compiled.fill_subject(none, rendering::MissingStyle::omitted);
    if (has_stray_brackets(content) || has_stray_brackets(subject))
        report.warnings.emplace_back("There are double brackets without a partner: a placeholder is written ((name))");
    if (report.facts.type != Channel::sms) return;

    const auto sms = rendering::render_sms(compiled, none, std::nullopt, rendering::MissingStyle::omitted);
    if (sms.unicode)
        report.warnings.emplace_back(
            "Some characters are not in the alphabet of text messages: 70 characters fit into one instead of 160");
    if (sms.fragments > 1)
        report.warnings.push_back(
            fmt::format("Without its values and the service's name it costs {} text messages already ({} characters)",
                        sms.fragments, sms.characters));
}

TemplateReport report_of(Template facts)
{
    TemplateReport report;
    const auto compiled = compile(facts);
    report.placeholders = compiled.placeholders();
    report.facts = std::move(facts);
    add_warnings(report, compiled);
    return report;
}

void warn_of_new_placeholders(TemplateReport& report, const std::vector<std::string>& before)
{
    std::vector<std::string> added;
    for (const auto& name : report.placeholders)
    {
        const auto is_same = [key = rendering::normalise_key(name)](const std::string& old)
        {
            return rendering::normalise_key(old) == key;
        };
        if (std::ranges::none_of(before, is_same)) added.push_back("((" + name + "))");
    }
    if (!added.empty())
        report.warnings.push_back(
            fmt::format("New in this version: {}. Requests without a value for it are refused from now on",
                        fmt::join(added, ", ")));
}

Failure no_such_template(TemplateId id)
{
    return fail(ErrorKind::not_found,
                "The service has no template " + id.to_string() + "; `herald template list` shows what it has");
}

Task<Result<std::optional<UserId>>> find_author(ManageContext context, std::optional<std::string> asked)
{
    if (!asked) co_return std::optional<UserId>();
    auto user = co_await resolve_user(context, std::move(*asked));
    if (!user) co_return Failure(std::move(user.error()));
    co_return std::optional<UserId>(user->id);
}

// What the change makes of it; validation when that is nothing.
Result<Template> apply(const Template& before, const TemplateChange& change)
{
    Template after = before;
    if (change.name) after.name = *change.name;
    if (change.content) after.content = *change.content;
    if (change.subject) after.subject = *change.subject;
    if (change.priority) after.priority = *change.priority;
    if (change.archived) after.archived = *change.archived;
    const bool same = after.name == before.name && after.content == before.content && after.subject == before.subject &&
                      after.priority == before.priority && after.archived == before.archived;
    if (same) return fail(ErrorKind::validation, "Nothing would change; no new version was made");
    return after;
}

}  // namespace

Task<Result<TemplateReport>> create_template(ManageContext context, ServiceId service, NewTemplate wanted)
{
    const auto author = co_await find_author(context, std::move(wanted.author));
    if (!author) co_return Failure(author.error());
    Template made;
    made.id = TemplateId{make_uuid_v4()};
    made.service_id = service;
    made.type = wanted.type;
    made.name = std::move(wanted.name);
    made.content = std::move(wanted.content);
    made.subject = std::move(wanted.subject);
    made.priority = wanted.priority;
    if (const auto checked = check_template(made); !checked) co_return Failure(checked.error());
    const TemplateId id = made.id;
    TemplateStore templates(context.database);
    co_await templates.add(std::move(made), *author, context.now, context.deadline);
    co_return co_await describe_template(context, service, id, std::nullopt);
}

Task<Result<TemplateReport>> describe_template(ManageContext context, ServiceId service, TemplateId id,
                                               std::optional<std::int32_t> version)
{
    TemplateStore templates(context.database);
    std::optional<Template> found;
    if (version)
        found = co_await templates.find_version(service, id, *version, context.deadline);
    else
        found = co_await templates.find(service, id, context.deadline);
    if (!found) co_return no_such_template(id);
    co_return report_of(std::move(*found));
}

Task<Result<TemplateReport>> change_template(ManageContext context, ServiceId service, TemplateId id,
                                             TemplateChange change)
{
    const auto author = co_await find_author(context, std::move(change.author));
    if (!author) co_return Failure(author.error());
    TemplateStore templates(context.database);
    const auto before = co_await templates.find(service, id, context.deadline);
    if (!before) co_return no_such_template(id);
    auto after = apply(*before, change);
    if (!after) co_return Failure(std::move(after.error()));
    if (const auto checked = check_template(*after); !checked) co_return Failure(checked.error());
    co_await templates.update(std::move(*after), *author, context.now, context.deadline);
    auto report = co_await describe_template(context, service, id, std::nullopt);
    if (report) warn_of_new_placeholders(*report, compile(*before).placeholders());
    co_return report;
}

}  // namespace herald
