// The replies of an SMTP server (RFC 5321 section 4.2) read from bytes. Pure and thread-safe.
//
// Security: outside bytes. A reply is bounded in size and nothing of it is trusted but its form. Its text may quote
// addresses and content, so beyond this folder only the code and the enhanced code go.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace herald
{

struct SmtpReply
{
    int code = 0;                    // 200 to 599
    std::string enhanced;            // "5.1.1" (RFC 2034); empty: none
    std::vector<std::string> lines;  // the text of each line, without the code

    [[nodiscard]] int kind() const { return code / 100; }
    // "550 5.1.1": all of a reply that a log may have.
    [[nodiscard]] std::string codes() const;
};

struct SmtpReplyRead
{
    enum class State
    {
        incomplete,  // well so far: read more and ask again
        complete,
        malformed,
    };
    State state = State::incomplete;
    SmtpReply reply;       // when complete
    std::size_t used = 0;  // bytes of it
};

// The reply at the front of what was received. Longer than kMaxSmtpReply is malformed.
inline constexpr std::size_t kMaxSmtpReply = 16'384;
SmtpReplyRead read_smtp_reply(std::string_view received);

// What the answer to EHLO says after a keyword ("SIZE 1000": "1000"; "STARTTLS": ""). nullopt: it is not offered.
// `keyword` in upper case.
std::optional<std::string_view> offered(const SmtpReply& hello, std::string_view keyword);
// Whether "PLAIN LOGIN" and the like holds a word. `word` in upper case.
bool lists_word(std::string_view words, std::string_view word);

}  // namespace herald
