// The encodings of MIME that build_mime puts together: header text, quoted-printable and base64 bodies. Pure and
// thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace herald::mime
{

// "Subject: " and the like are `column` characters already on the first line; the result folds its lines at 76.
// Plain where plain is possible, otherwise RFC 2047 encoded words. `text` must be valid UTF-8 without CR, LF and NUL.
std::string header_text(std::string_view text, std::size_t column);
// The same for a display name (RFC 5322 `phrase`): a quoted string where that is possible.
std::string header_phrase(std::string_view text, std::size_t column);

// "Mon, 23 Nov 2026 09:05:07 +0000"
std::string header_date(Instant instant);

struct EncodedBody
{
    std::string_view encoding;  // the value of Content-Transfer-Encoding
    std::string text;           // lines of at most 76 characters, ends with CRLF unless empty
};
// Quoted-printable, or base64 where that is shorter. CR, LF and CRLF all become the CRLF of a line end.
EncodedBody encode_body(std::string_view text);

bool is_valid_utf8(std::string_view text);

}  // namespace herald::mime
