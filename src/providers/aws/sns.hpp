// Text messages handed to Amazon SNS (Publish to a phone number).
//
// Belongs to the Loop of its executor and outlives its sends. The reference is SNS's message id: a message sent again
// has another one. SNS has no place for a reference of ours and nothing to look up; whether receipts come is the
// operator's knowledge (SnsOptions). What an answer means is written in sns_outcomes.txt.
//
// Security: the connection's is aws_client.hpp; every value is percent-encoded into the form. Nothing that SNS says
// leaves this folder but codes, because its explanations quote phone numbers.
#pragma once

#include <string_view>

#include "providers/aws/aws_client.hpp"
#include "providers/outcome_rules.hpp"
#include "providers/provider.hpp"

namespace herald
{

struct SnsOptions
{
    AwsOptions aws;
    bool receipts = false;  // whether delivery receipts reach us: without, `accepted` is all that we ever hear
};

class SnsProvider final : public Provider
{
public:
    // Throws std::invalid_argument when check(options.aws) fails.
    SnsProvider(asio::any_io_executor executor, SnsOptions options);

    [[nodiscard]] std::string_view name() const override { return "sns"; }
    [[nodiscard]] bool supports(Channel channel) const override { return channel == Channel::sms; }
    Task<SendOutcome> send(const OutgoingMessage& message, Deadline deadline) override;
    Task<std::optional<Receipt>> look_up(NotificationId id, std::string_view reference, Deadline deadline) override;

private:
    const SnsOptions options_;
    const OutcomeRules rules_;
    AwsClient aws_;
};

}  // namespace herald
