#include "runtime/outbound_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>

#include <curl/curl.h>
#include <boost/asio/ip/address.hpp>

#include "runtime/address_guard.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kLongestUrl = 500;
constexpr unsigned kFirstUnprivilegedPort = 1024;

// Of this machine or network, whatever a resolver says: RFC 6761, RFC 6762, RFC 8375, ICANN's "internal".
constexpr std::array<std::string_view, 7> kLocalNames = {"localhost", "local",    "internal",   "home.arpa",
                                                         "lan",       "intranet", "localdomain"};

struct CloseUrl
{
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using ParsedUrl = std::unique_ptr<CURLU, CloseUrl>;

std::optional<std::string> part_of(const ParsedUrl& url, CURLUPart part)
{
    char* text = nullptr;
    if (curl_url_get(url.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return std::nullopt;
    std::string copy(text);
    curl_free(text);
    return copy;
}

bool is_printable(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '\\'; });
}

// Or none at all: no top-level domain begins with a digit, but odd spellings of addresses end with such a label.
bool is_local_name(std::string_view host)
{
    const auto last_dot = host.rfind('.');
    if (last_dot == std::string_view::npos) return true;  // looked up in the network's own domain
    const auto last_label = host.substr(last_dot + 1);
    if (last_label.empty() || (last_label.front() >= '0' && last_label.front() <= '9')) return true;
    return std::ranges::any_of(kLocalNames, [host](std::string_view name)
                               { return host.ends_with(name) && host[host.size() - name.size() - 1] == '.'; });
}

std::string in_lower_case(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

Result<void> check_host(const std::string& given, OutboundRule rule)
{
    if (given.find('%') != std::string::npos)
        return fail(ErrorKind::validation, "The host of the URL is a name or an address, without %");
    if (rule.private_addresses) return {};
    std::string host = in_lower_case(given);
    if (host.ends_with('.')) host.pop_back();
    const bool is_bracketed = host.starts_with('[');
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(is_bracketed ? host.substr(1, host.size() - 2) : host, error);
    const bool is_wrong = error ? is_bracketed || is_local_name(host) : !is_public_address(address);
    if (!is_wrong) return {};
    return fail(ErrorKind::validation,
                "The URL's host has to be public; callbacks.allow_private_addresses lets others pass");
}

Result<void> check_port(const std::string& text, bool is_http, OutboundRule rule)
{
    unsigned port = 0;
    std::from_chars(text.data(), text.data() + text.size(), port);
    const unsigned usual = is_http ? 80 : 443;
    if (port == usual || port >= kFirstUnprivilegedPort || (rule.private_addresses && port != 0)) return {};
    return fail(ErrorKind::validation, "The port of the URL is 443 (80 of http), or 1024 and above");
}

}  // namespace

Result<void> check_outbound_url(const std::string& url, OutboundRule rule)
{
    const ParsedUrl parsed(curl_url());
    if (url.size() > kLongestUrl || !is_printable(url) ||
        curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
        return fail(ErrorKind::validation,
                    "The URL begins with https://, has no spaces and takes 500 characters at most");
    const auto scheme = part_of(parsed, CURLUPART_SCHEME).value_or("");
    if (scheme == "http" && !rule.http)
        return fail(ErrorKind::validation,
                    "The URL has to begin with https://; callbacks.allow_http lets http:// pass");
    if (scheme != "http" && scheme != "https") return fail(ErrorKind::validation, "The URL has to begin with https://");
    if (part_of(parsed, CURLUPART_USER) || part_of(parsed, CURLUPART_PASSWORD))
        return fail(ErrorKind::validation, "The URL may not hold a user or a password; use the bearer token");
    if (auto port = check_port(part_of(parsed, CURLUPART_PORT).value_or(""), scheme == "http", rule); !port)
        return port;
    return check_host(part_of(parsed, CURLUPART_HOST).value_or(""), rule);
}

}  // namespace herald
