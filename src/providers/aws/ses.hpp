// Email handed to Amazon SES (API v2, SendEmail) as finished MIME, so that both parts, Reply-To and the one-click
// unsubscribe headers arrive as they were meant.
//
// Belongs to the Loop of its executor and outlives its sends. The reference is SES's message id: a message sent again
// has another one. What became of a message comes as an event of the configuration set, which names our notification
// and its service in its tags, and the notification in the header X-Notification-Id; there is nothing to look up. What
// an answer means is written in ses_outcomes.txt.
//
// Security: the connection's is aws_client.hpp, the values' that of build_mime. Nothing that SES says leaves this
// folder but codes, because its explanations quote addresses.
#pragma once

#include <string>
#include <string_view>

#include "providers/aws/aws_client.hpp"
#include "providers/outcome_rules.hpp"
#include "providers/provider.hpp"

namespace herald
{

struct SesOptions
{
    AwsOptions aws;
    std::string domain = "notify.localhost";  // of our emails, in Message-ID
    std::string configuration_set;            // empty: the account's default, if any
};

class SesProvider final : public Provider
{
public:
    // Under which its events echo whose message it was (`mail.tags`).
    static constexpr std::string_view kNotificationTag = "notification_id";
    static constexpr std::string_view kServiceTag = "service_id";

    // Throws std::invalid_argument when check(options.aws) fails. `clock` outlives the provider.
    SesProvider(asio::any_io_executor executor, SesOptions options, const Clock& clock);

    [[nodiscard]] std::string_view name() const override { return "ses"; }
    [[nodiscard]] bool supports(Channel channel) const override { return channel == Channel::email; }
    Task<SendOutcome> send(const OutgoingMessage& message, Deadline deadline) override;
    Task<std::optional<Receipt>> look_up(NotificationId id, std::string_view reference, Deadline deadline) override;

private:
    const SesOptions options_;
    const Clock& clock_;
    const OutcomeRules rules_;
    AwsClient aws_;
};

}  // namespace herald
