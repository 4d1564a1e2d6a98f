#include "providers/aws/ses.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "embedded/files.hpp"
#include "providers/aws/aws_answer.hpp"
#include "providers/compose_email.hpp"

namespace herald
{
namespace
{

constexpr std::string_view kPath = "/v2/email/outbound-emails";

SesOptions checked(SesOptions options)
{
    if (const auto ok = check(options.aws, "ses"); !ok) throw std::invalid_argument(ok.error().message);
    return options;
}

json::object tag(std::string_view name, const std::string& value)
{
    return {{"Name", name}, {"Value", value}};
}

std::string request_body(const ComposedEmail& email, const OutgoingMessage& message, const SesOptions& options)
{
    json::object body{
        {"FromEmailAddress", email.from.text},
        {"Destination", {{"ToAddresses", json::array({email.to.text})}}},
        {"Content", {{"Raw", {{"Data", base64_encode(email.content)}}}}},
        {"EmailTags", json::array({tag(SesProvider::kNotificationTag, message.id.to_string()),
                                   tag(SesProvider::kServiceTag, message.service_id.to_string())})},
    };
    if (!options.configuration_set.empty()) body["ConfigurationSetName"] = options.configuration_set;
    return json::serialize(body);
}

}  // namespace

SesProvider::SesProvider(asio::any_io_executor executor, SesOptions options, const Clock& clock)
    : options_(checked(std::move(options))),
      clock_(clock),
      rules_(OutcomeRules::parse(embedded::ses_outcomes_txt).value()),
      aws_(std::move(executor), options_.aws, "ses", "email")
{
}

Task<SendOutcome> SesProvider::send(const OutgoingMessage& message, Deadline deadline)
{
    const auto composed =
        compose_email(message, fmt::format("{}@{}", message.id.to_string(), options_.domain), clock_.now());
    // The words of these errors name the field that is wrong, never its value.
    if (!composed) co_return SendOutcome(SendStatus::rejected, {}, composed.error().message);
    if (composed->needs_smtputf8)
        co_return SendOutcome(SendStatus::rejected, {}, "SES takes no addresses beyond ASCII");

    const auto response =
        co_await aws_.post(kPath, "application/json", request_body(*composed, message, options_), deadline);
    const auto answer = read_ses_answer(response);
    const bool is_taken = answer.kind == ProviderAnswer::Kind::taken;
    co_return SendOutcome(is_taken ? SendStatus::accepted : rules_.decide(answer), answer.reference, describe(answer));
}

Task<std::optional<Receipt>> SesProvider::look_up(NotificationId, std::string_view, Deadline)
{
    co_return std::nullopt;
}

}  // namespace herald
