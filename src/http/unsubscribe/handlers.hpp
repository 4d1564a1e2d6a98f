// The link in an email by which its recipient stops a service's emails (RFC 8058). For people and for mail programs,
// not for clients of the API: so it is in no description of that.
#pragma once

#include <span>

#include "http/server/route.hpp"

namespace herald::http::unsubscribe
{

Handler get_confirmation;  // unsubscribe.cpp
Handler post_unsubscribe;  // unsubscribe.cpp

std::span<const Route> routes();

}  // namespace herald::http::unsubscribe
