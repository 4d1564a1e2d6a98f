#include "runtime/aws_options.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>

namespace herald
{
namespace
{

bool is_region(std::string_view text)
{
    const auto is_allowed = [](char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_allowed);
}

bool is_this_machine(const std::string& host)
{
    // libcurl asks nobody where a name below localhost is (RFC 6761).
    if (host == "localhost" || host.ends_with(".localhost")) return true;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return !error && address.is_loopback();
}

// "" or what is wrong with it.
std::string_view trouble_with_endpoint(const std::string& endpoint)
{
    if (endpoint.empty()) return {};
    const auto url = boost::urls::parse_uri(endpoint);
    if (!url || url->host().empty() || url->has_userinfo() || !url->encoded_path().empty() || url->has_query() ||
        url->has_fragment())
        return "is not of the form https://host";
    if (url->scheme() == "https") return {};
    if (url->scheme() != "http") return "is not of the form https://host";
    return is_this_machine(url->host_address()) ? "" : "must begin with https:// unless it is this machine";
}

bool is_visible_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<void> check(const AwsOptions& options, std::string_view section)
{
    if (!is_region(options.region)) return fail(ErrorKind::validation, "aws.region is not the name of a region");
    if (options.access_key_id.empty() || !is_visible_ascii(options.access_key_id))
        return fail(ErrorKind::validation, "aws.access_key_id is not set or not an access key");
    if (options.secret_access_key.empty() || !is_visible_ascii(options.secret_access_key))
        return fail(ErrorKind::validation, "aws.secret_access_key is not set or not a secret of AWS");
    if (!is_visible_ascii(options.session_token))
        return fail(ErrorKind::validation, "aws.session_token is not a token of AWS");
    if (const auto why = trouble_with_endpoint(options.endpoint); !why.empty())
        return fail(ErrorKind::validation, fmt::format("{}.endpoint {}", section, why));
    if (options.connections < 1 || options.connections > 256)
        return fail(ErrorKind::validation, fmt::format("{}.connections must be between 1 and 256", section));
    return {};
}

AwsSignature aws_signature(const AwsOptions& options, std::string service)
{
    AwsSignature signature;
    signature.region = options.region;
    signature.service = std::move(service);
    signature.access_key_id = options.access_key_id;
    signature.secret_access_key = options.secret_access_key;
    signature.session_token = options.session_token;
    return signature;
}

}  // namespace herald
