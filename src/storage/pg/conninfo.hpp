// What is wrong with a connection string, told without quoting it. Pure.
//
// Security: libpq's own words about a string it cannot use quote parts of it, and a password with a special character
// is the usual reason: "invalid integer value \"s3cr\" for connection option \"port\"".
#pragma once

#include <string>

#include "base/error.hpp"

namespace herald::pg
{

// The Error (validation) is a fixed sentence.
Result<void> check_conninfo(const std::string& conninfo);

}  // namespace herald::pg
