// Text messages: from template and values to the text that is sent, and what it costs.
//
// Units: characters are UTF-16 code units, which for everything that can come out equals code points. Fragments are
// what providers bill: 160 characters alone or 153 each when split; 70 and 67 when a letter outside GSM-7 makes the
// whole message UCS-2. Rules: notifications-utils, template.py (BaseSMSTemplate) and sanitise_text.py.
//
// Pure functions; thread-safe. Never fail: a character that cannot be sent becomes '?'.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "rendering/compiled_template.hpp"
#include "rendering/personalisation.hpp"

namespace herald::rendering
{

inline constexpr int kMaxSmsCharacters = 918;  // six fragments of 153; counted without the prefix

struct RenderedSms
{
    std::string body;                   // UTF-8, LF line ends
    int characters = 0;                 // of body
    int characters_without_prefix = 0;  // what the limit applies to
    int fragments = 0;                  // of body; 1 for an empty one
    bool unicode = false;               // body needs UCS-2
    std::u32string downgraded;          // characters that something else is sent for, as often as they stand there
};

// With a prefix (the service's name) the body is the one that is sent: "Name: text". Without one it is the body that
// API answers show. An empty prefix counts as none.
RenderedSms render_sms(const CompiledTemplate& sms, const Personalisation& values,
                       std::optional<std::string_view> prefix = std::nullopt,
                       MissingStyle missing = MissingStyle::brackets);

// Errors: bad_request "Your message is empty."
Result<void> check_sms_not_empty(const RenderedSms& sms);

// Errors: bad_request "Your message is too long. Text messages ... <n> characters long."
Result<void> check_sms_length(const RenderedSms& sms);

// The same limit for a template's own content, when it is saved.
bool sms_content_too_long(std::string_view content);

}  // namespace herald::rendering
