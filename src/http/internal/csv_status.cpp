#include "http/internal/csv_status.hpp"

namespace herald::http::internal
{

std::string_view csv_status(Channel channel, NotificationStatus status)
{
    const bool is_email = channel == Channel::email;
    switch (status)
    {
        case NotificationStatus::failed:
            return "Failed";
        case NotificationStatus::technical_failure:
            return "Technical failure";
        case NotificationStatus::temporary_failure:
            return is_email ? "Inbox not accepting messages right now" : "Phone not accepting messages right now";
        case NotificationStatus::permanent_failure:
            return is_email ? "Email address doesn\u2019t exist" : "Phone number doesn\u2019t exist";
        case NotificationStatus::delivered:
            return "Delivered";
        case NotificationStatus::created:
        case NotificationStatus::sending:
            return "Sending";
        case NotificationStatus::sent:
            return is_email ? "Delivered" : "Sent internationally";
        default:
            return to_string(status);
    }
}

}  // namespace herald::http::internal
