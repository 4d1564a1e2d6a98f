// The pages of an unsubscribe link. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace herald::http::unsubscribe
{

// Asks; its button posts what a mail program would.
std::string confirmation_page(std::string_view service);
std::string done_page(std::string_view service);
// A heading and a sentence.
std::string message_page(std::string_view title, std::string_view text);

}  // namespace herald::http::unsubscribe
