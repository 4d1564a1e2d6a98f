// Whatever a server sends: read_smtp_reply finds a reply with a possible code inside the bytes, asks for more, or calls
// it malformed; and reading it in two pieces finds the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "providers/smtp/smtp_reply.hpp"

namespace
{

void require(bool condition)
{
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using State = herald::SmtpReplyRead::State;
    const std::string input(data, data + size);
    const std::string_view received = input;
    const auto whole = herald::read_smtp_reply(received);
    if (whole.state == State::incomplete) require(received.size() < herald::kMaxSmtpReply);
    if (whole.state != State::complete) return 0;

    require(whole.used <= received.size() && whole.used < herald::kMaxSmtpReply && received[whole.used - 1] == '\n');
    require(whole.reply.code >= 200 && whole.reply.code <= 599 && !whole.reply.lines.empty());
    for (const char c : whole.reply.enhanced) require(c == '.' || (c >= '0' && c <= '9'));
    require(whole.reply.codes().size() <= 13);
    require(herald::read_smtp_reply(received.substr(0, whole.used)).state == State::complete);
    require(herald::read_smtp_reply(received.substr(0, whole.used - 1)).state == State::incomplete);
    const auto size_limit = herald::offered(whole.reply, "SIZE");
    if (size_limit) (void)herald::lists_word(*size_limit, "PLAIN");
    return 0;
}
