// How one log line looks. Pure functions, apart from log.cpp so that they can be tested without a process's standard
// error.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace herald::log
{

// Without the newline at the end. Whatever the message and the fields hold, the result is one line of valid UTF-8:
// nothing in them can forge another line.
std::string format_line(Format format, Instant time, Level level, std::string_view message, Fields fields);

}  // namespace herald::log
