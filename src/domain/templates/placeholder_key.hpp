// How the names of placeholders, and of the values and columns that fill them, are compared: ignoring case, spaces,
// hyphens and underscores, as the Notify family does (notifications-utils, insensitive_dict.py). Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace herald
{

// "First Name", "first_name" and "FIRSTNAME" have the key "firstname". Takes valid UTF-8.
std::string placeholder_key(std::string_view name);

}  // namespace herald
