// herald token
#include <cstdio>
#include <iostream>

#include "base/jwt.hpp"
#include "base/uuid.hpp"
#include "cli/commands.hpp"

namespace herald::cli
{

namespace
{

constexpr std::size_t kUuidText = 36;

void run(CommandContext& context, std::string key)
{
    if (key == "-") std::getline(std::cin, key);
    const std::string_view text = key;
    const bool long_enough = text.size() >= 2 * kUuidText + 1;
    const auto service = long_enough ? text.substr(text.size() - 2 * kUuidText - 1, kUuidText) : std::string_view();
    const auto secret = long_enough ? text.substr(text.size() - kUuidText) : std::string_view();
    if (!Uuid::parse(service) || !Uuid::parse(secret))
        return report_failure(
            context,
            Error(ErrorKind::validation, "this is not an API key: it ends in a service id and a secret, both UUIDs"));
    std::printf("%s\n", sign_token(service, secret, SystemClock().now()).c_str());
}

}  // namespace

void add_token_command(CLI::App& root, CommandContext& context)
{
    auto* command = root.add_subcommand("token", "Print a bearer token for an API key, good for 30 seconds");
    auto key = std::make_shared<std::string>();
    command->add_option("key", *key, "NAME-SERVICE_ID-SECRET, or - to read it from standard input")->required();
    command->footer(
        "  curl -H \"Authorization: Bearer $(herald token \"$KEY\")\" http://127.0.0.1:6011/v2/notifications");
    command->callback([&context, key] { run(context, *key); });
}

}  // namespace herald::cli
