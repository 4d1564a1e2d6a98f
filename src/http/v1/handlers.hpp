// The first version of the public API, kept for the services that still call it: an error has the internal shape, a
// list has numbered pages. Rules: validation.md, section 5, "v1".
#pragma once

#include <span>

#include "http/server/route.hpp"

namespace herald::http::v1
{

Handler post_notification;   // post_notification.cpp
Handler get_notification;    // get_notification.cpp
Handler list_notifications;  // list_notifications.cpp

std::span<const Route> routes();

}  // namespace herald::http::v1
