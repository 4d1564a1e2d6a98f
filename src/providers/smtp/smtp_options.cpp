#include "providers/smtp/smtp_options.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>

namespace herald
{
namespace
{

constexpr std::size_t kMaxHost = 253;  // RFC 1035 section 2.3.4, as text
constexpr std::size_t kMaxCredential = 1'000;

bool is_host(std::string_view text)
{
    const auto is_allowed = [](char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_' || c == ':';
    };
    return !text.empty() && text.size() <= kMaxHost && std::ranges::all_of(text, is_allowed);
}

bool is_this_machine(const std::string& host)
{
    if (host == "localhost") return true;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return !error && address.is_loopback();
}

Failure out_of_bounds(std::string_view key, long least, long most)
{
    return fail(ErrorKind::validation, fmt::format("{} must be between {} and {}", key, least, most));
}

Result<void> check_login(const SmtpOptions& options)
{
    const auto is_bad = [](const std::string& text)
    {
        return text.size() > kMaxCredential || text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
    };
    if (is_bad(options.username)) return fail(ErrorKind::validation, "smtp.username is too long or has a line break");
    if (is_bad(options.password)) return fail(ErrorKind::validation, "smtp.password is too long or has a line break");
    if (options.username.empty() && !options.password.empty())
        return fail(ErrorKind::validation, "smtp.password is set without smtp.username");
    if (!options.username.empty() && options.tls == SmtpTls::none && !is_this_machine(options.host))
        return fail(ErrorKind::validation, "smtp.tls must not be none with a login to another machine");
    return {};
}

}  // namespace

std::optional<SmtpTls> parse_smtp_tls(std::string_view text)
{
    if (text == "starttls") return SmtpTls::starttls;
    if (text == "implicit") return SmtpTls::implicit;
    if (text == "none") return SmtpTls::none;
    return std::nullopt;
}

Result<void> check(const SmtpOptions& options)
{
    if (!is_host(options.host)) return fail(ErrorKind::validation, "smtp.host is not a host name or an address");
    if (!is_host(options.domain)) return fail(ErrorKind::validation, "email.domain is not a domain name");
    if (options.port < 1 || options.port > 65'535) return out_of_bounds("smtp.port", 1, 65'535);
    if (options.connections < 1 || options.connections > 256) return out_of_bounds("smtp.connections", 1, 256);
    if (options.messages_per_connection < 1)
        return fail(ErrorKind::validation, "smtp.messages_per_connection must be positive");
    if (options.idle_for.count() < 0 || options.login_pause.count() < 0)
        return fail(ErrorKind::validation, "smtp: a time is negative");
    return check_login(options);
}

}  // namespace herald
