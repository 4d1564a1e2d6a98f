// Checks and sentences that the operations of management share. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace herald
{

// A name: not blank, at most 255 bytes, printable UTF-8. `of` names its owner in the error ("the service").
Result<void> check_name(std::string_view of, std::string_view name);
// Text for the database: valid UTF-8 without NUL.
Result<void> check_text(std::string_view of, std::string_view text);
// "There is no service 'x'; ..." and what to do.
std::string no_such_service(std::string_view asked);

}  // namespace herald
