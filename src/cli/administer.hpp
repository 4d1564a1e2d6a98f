// How a management command is put together: a noun with its verbs; a verb is a struct of arguments, and a function that
// makes an answer of them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/administration.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"

namespace herald::cli
{

// "herald NAME VERB", with --data for every verb.
CLI::App* add_noun(CLI::App& root, CommandContext& context, const std::string& name, const std::string& help);

// Loads the settings, opens the administration, runs `command` and prints what it answers.
void administer(CommandContext& context, const std::function<Result<Answer>(const Administration&)>& command);
// Prints the answer, or says what is wrong, and sets the exit code.
void print_answer(CommandContext& context, const Result<Answer>& answer);

template <class Arguments>
using Verb = Result<Answer> (*)(const Administration&, const Arguments&);

// `verb` runs `run` with `arguments` when it is asked for.
template <class Arguments>
void on_call(CLI::App* verb, CommandContext& context, std::shared_ptr<Arguments> arguments, Verb<Arguments> run)
{
    verb->callback(
        [&context, arguments, run]
        {
            administer(context, [&](const Administration& administration) { return run(administration, *arguments); });
        });
}

// An answer of what was found, or the Error as it is.
template <class T, class Show>
Result<Answer> show_result(const Result<T>& result, const Show& show)
{
    if (!result) return Failure(result.error());
    return show(*result);
}

// A list: `heading`, and a row and a JSON object for each item.
template <class T, class RowOf, class JsonOf>
Result<Answer> show_list(const Result<std::vector<T>>& list, Row heading, const RowOf& row_of, const JsonOf& json_of)
{
    if (!list) return Failure(list.error());
    std::vector<Row> rows{std::move(heading)};
    json::array items;
    for (const auto& item : *list)
    {
        rows.push_back(row_of(item));
        items.push_back(json_of(item));
    }
    return Answer{std::move(items), table(rows)};
}

// Of `herald branding` and `herald service` alike.
json::object branding_json(const EmailBranding& branding);

// A secret given as "-" is the first line of standard input, which keeps it out of the shell's history and the process
// list.
std::string secret_of(const std::string& given);
// The whole of a file, or of standard input for "-".
Result<std::string> content_of_file(const std::string& path);

}  // namespace herald::cli
