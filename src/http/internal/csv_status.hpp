// What happened to a message, in the words that the family puts into CSV files.
#pragma once

#include <string_view>

#include "domain/notifications/notification.hpp"

namespace herald::http::internal
{

// Any other status is its own word.
std::string_view csv_status(Channel channel, NotificationStatus status);

}  // namespace herald::http::internal
