// Whatever the values are: build_mime refuses them, or writes a message in which no value has added a header or a line
// that is too long.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "providers/mime.hpp"

namespace
{

void require(bool condition)
{
    if (!condition) std::abort();
}

// Fields are separated by the byte 0x1f.
std::string take_field(std::string_view& rest)
{
    const auto end = rest.find('\x1f');
    std::string field(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return field;
}

void check_lines(std::string_view text)
{
    while (!text.empty())
    {
        const auto end = text.find_first_of(std::string_view("\r\n\0", 3));
        require(end != std::string_view::npos && end <= 998);
        require(text.substr(end, 2) == "\r\n");
        text.remove_prefix(end + 2);
    }
}

std::size_t count_headers(std::string_view text)
{
    std::size_t headers = 0;
    while (!text.starts_with("\r\n"))
    {
        if (text.front() != ' ') ++headers;
        text.remove_prefix(text.find("\r\n") + 2);
    }
    return headers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string input(data, data + size);
    std::string_view rest = input;
    herald::MimeMessage message;
    message.message_id = "id@herald.example";
    message.from_name = take_field(rest);
    const auto from = herald::parse_mail_address(take_field(rest), "from");
    message.from = from.value_or(herald::MailAddress{"from@herald.example", false});
    const auto to = herald::parse_mail_address(take_field(rest), "to");
    message.to = to.value_or(herald::MailAddress{"to@herald.example", false});
    message.subject = take_field(rest);
    message.one_click_unsubscribe_url = "https://" + take_field(rest);
    message.text = take_field(rest);
    message.html = rest.empty() ? "<p>" : std::string(rest);

    if (const auto text = herald::build_mime(message))
    {
        check_lines(*text);
        require(count_headers(*text) == 9);
    }
    return 0;
}
