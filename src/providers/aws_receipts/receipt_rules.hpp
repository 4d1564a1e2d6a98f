// What the words of SES and SNS mean for a message: data, one reason a rule. Pure; thread-safe.
//
// Sources: https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html ("Bounce types"),
// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html,
// https://docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html ("SMS delivery failure reasons"), read in 2026;
// validation.md section 9 for the texts, which clients see as provider_response.
#pragma once

#include <optional>
#include <string_view>

#include "domain/notifications/notification.hpp"

namespace herald
{

struct ReceiptMeaning
{
    NotificationStatus status = NotificationStatus::temporary_failure;
    std::string_view provider_response;  // empty: null
};

// `type` and `sub_type` as in bounce.bounceType and bounce.bounceSubType. One that is not known may pass: temporary.
ReceiptMeaning meaning_of_bounce(std::string_view type, std::string_view sub_type);

// An event of SES that is neither a bounce nor a complaint. nullopt: it says nothing about the message's fate.
std::optional<ReceiptMeaning> meaning_of_event(std::string_view type);

// Of SNS's delivery status of a text message. nullopt: a status that is not known.
std::optional<ReceiptMeaning> meaning_of_sms_status(std::string_view status, std::string_view provider_response);

}  // namespace herald
