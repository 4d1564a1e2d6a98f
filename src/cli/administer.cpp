#include "cli/administer.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

namespace herald::cli
{

CLI::App* add_noun(CLI::App& root, CommandContext& context, const std::string& name, const std::string& help)
{
    auto* noun = root.add_subcommand(name, help);
    noun->require_subcommand(1);
    noun->add_option(
        "--data", context.data_directory,
        "Where no database.url is configured: the data folder of a running `herald dev` (default: herald-data)");
    return noun;
}

void print_answer(CommandContext& context, const Result<Answer>& answer)
{
    if (!answer) return report_failure(context, answer.error());
    const std::string text = context.json ? to_wire(answer->json) : answer->text;
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void administer(CommandContext& context, const std::function<Result<Answer>(const Administration&)>& command)
{
    auto settings = load_settings_of(context);
    if (!settings) return report_failure(context, settings.error());
    const auto opened = Administration::open(std::move(*settings), context.data_directory);
    if (!opened) return report_failure(context, opened.error());
    print_answer(context, command(*opened));
}

std::string secret_of(const std::string& given)
{
    if (given != "-") return given;
    std::string line;
    std::getline(std::cin, line);
    return line;
}

Result<std::string> content_of_file(const std::string& path)
{
    std::ostringstream content;
    if (path == "-")
    {
        content << std::cin.rdbuf();
        return std::move(content).str();
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorKind::validation, "The file " + path + " cannot be read");
    // An empty file would leave the stream failed.
    if (file.peek() != std::ifstream::traits_type::eof()) content << file.rdbuf();
    return std::move(content).str();
}

}  // namespace herald::cli
