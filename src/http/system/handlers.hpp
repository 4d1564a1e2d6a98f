// What belongs to the process and not to a service: its status, its metrics, the description of its API.
#pragma once

#include <span>

#include "http/server/route.hpp"

namespace herald::http::system
{

Handler get_status;   // status.cpp
Handler get_metrics;  // status.cpp
Handler get_openapi;  // openapi.cpp

std::span<const Route> routes();

}  // namespace herald::http::system
