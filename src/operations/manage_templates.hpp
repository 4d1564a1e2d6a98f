// Templates: create, show, change (a new version each time), archive. Belongs to the Loop of its Database.
//
// Every Error is a sentence that says what to do, and leaves everything as it was.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/templates/template.hpp"
#include "operations/manage_context.hpp"

namespace herald
{

struct NewTemplate
{
    Channel type = Channel::sms;
    std::string name;
    std::string content;
    std::string subject;  // emails only
    bool priority = false;
    std::optional<std::string> author;  // a user's id or email address
};

// What is to change; empty means that it stays.
struct TemplateChange
{
    std::optional<std::string> name;
    std::optional<std::string> content;
    std::optional<std::string> subject;
    std::optional<bool> priority;
    std::optional<bool> archived;
    std::optional<std::string> author;
};

// A template, and what its author should know.
struct TemplateReport
{
    Template facts;
    std::vector<std::string> placeholders;  // as written, subject before content
    std::vector<std::string>
        warnings;  // sentences: a bracket without its partner, a text that costs several messages, ...
};

// validation: no name, no content, a subject where none belongs or none where one does. bad_request: too long to be
// ever sent.
Task<Result<TemplateReport>> create_template(ManageContext context, ServiceId service, NewTemplate wanted);
// `version`: an earlier one; empty: the current one.
Task<Result<TemplateReport>> describe_template(ManageContext context, ServiceId service, TemplateId id,
                                               std::optional<std::int32_t> version);
// validation: nothing would change. The warnings name placeholders that callers have to give from now on.
Task<Result<TemplateReport>> change_template(ManageContext context, ServiceId service, TemplateId id,
                                             TemplateChange change);

}  // namespace herald
