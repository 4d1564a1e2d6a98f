// Events of Amazon's, in the shapes of its documentation, about messages of a test.
#pragma once

#include <string>

#include "base/json.hpp"
#include "base/uuid.hpp"

namespace herald::testing
{

// As SES puts the hand-off into every event. With an id: as a configuration set's events have it.
inline json::object ses_mail(const std::string& reference, std::optional<NotificationId> id = std::nullopt,
                             const std::string& timestamp = "2026-11-23T09:05:08.000Z")
{
    json::object mail{{"timestamp", timestamp},
                      {"source", "service@notify.example"},
                      {"messageId", reference},
                      {"destination", json::array{"jane@example.com"}}};
    if (id) mail["tags"] = json::object{{"notification_id", json::array{id->to_string()}}};
    return mail;
}

inline std::string ses_delivery(json::object mail)
{
    return json::serialize(json::object{{"notificationType", "Delivery"},
                                        {"mail", std::move(mail)},
                                        {"delivery", {{"timestamp", "2026-11-23T09:05:09.000Z"}}}});
}

inline std::string ses_bounce(json::object mail, const std::string& type, const std::string& sub_type = "General")
{
    const json::object bounce{{"bounceType", type},
                              {"bounceSubType", sub_type},
                              {"bouncedRecipients", json::array{{{"emailAddress", "jane@example.com"}}}},
                              {"timestamp", "2026-11-23T09:05:09.000Z"}};
    return json::serialize(json::object{{"notificationType", "Bounce"}, {"mail", std::move(mail)}, {"bounce", bounce}});
}

inline std::string ses_complaint(json::object mail, const std::string& feedback_id)
{
    const json::object complaint{{"complainedRecipients", json::array{{{"emailAddress", "jane@example.com"}}}},
                                 {"feedbackId", feedback_id},
                                 {"complaintFeedbackType", "abuse"},
                                 {"timestamp", "2026-11-23T10:05:09.000Z"}};
    return json::serialize(
        json::object{{"notificationType", "Complaint"}, {"mail", std::move(mail)}, {"complaint", complaint}});
}

inline std::string sns_inbound(const std::string& reference, const std::string& to, const std::string& text)
{
    return json::serialize(json::object{{"originationNumber", "+14255550182"},
                                        {"destinationNumber", to},
                                        {"messageKeyword", "JOIN"},
                                        {"messageBody", text},
                                        {"inboundMessageId", reference}});
}

}  // namespace herald::testing
