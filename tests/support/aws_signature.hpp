// The signature of a request to AWS, computed from what arrived and the secret alone: written from AWS's description of
// Signature Version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html), so
// that what libcurl puts into a request can be checked by something else. For tests only.
#pragma once

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crypto.hpp"

namespace herald::test
{

struct AwsClaim
{
    std::string key_id;
    std::string date;  // "20150830"
    std::string region;
    std::string service;
    std::string signed_headers;  // "content-type;host;x-amz-date"
    std::string signature;
};

namespace aws
{

inline std::string hex(const Sha256& digest)
{
    return hex_encode(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

inline std::string mac(std::string_view key, std::string_view data)
{
    const auto digest = hmac_sha256(key, data);
    return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
}

inline std::string after(std::string_view text, std::string_view key)
{
    const auto at = text.find(key);
    if (at == std::string_view::npos) return {};
    const auto from = at + key.size();
    return std::string(text.substr(from, text.find_first_of(", ", from) - from));
}

// The header lines of a request, names in lower case.
inline std::map<std::string, std::string> headers(std::string_view head)
{
    std::map<std::string, std::string> out;
    std::istringstream lines{std::string(head)};
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line))
    {
        if (line.ends_with('\r')) line.pop_back();
        const auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        std::string name = line.substr(0, colon);
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
        const auto value = line.find_first_not_of(' ', colon + 1);
        out[name] = value == std::string::npos ? "" : line.substr(value);
    }
    return out;
}

}  // namespace aws

// What an Authorization header says.
inline AwsClaim read_claim(std::string_view authorization)
{
    AwsClaim claim;
    std::istringstream scope(aws::after(authorization, "Credential="));
    std::getline(scope, claim.key_id, '/');
    std::getline(scope, claim.date, '/');
    std::getline(scope, claim.region, '/');
    std::getline(scope, claim.service, '/');
    claim.signed_headers = aws::after(authorization, "SignedHeaders=");
    claim.signature = aws::after(authorization, "Signature=");
    return claim;
}

// What its signature has to be. `head`: request line and header lines as they arrived; the path and the query must need
// no sorting and no further encoding.
inline std::string aws_signature(std::string_view head, std::string_view body, const AwsClaim& claim,
                                 const std::string& secret)
{
    std::istringstream first{std::string(head.substr(0, head.find("\r\n")))};
    std::string method;
    std::string target;
    first >> method >> target;
    const auto question = target.find('?');
    const auto headers = aws::headers(head);

    std::string canonical = method + "\n" + target.substr(0, question) + "\n" +
                            (question == std::string::npos ? "" : target.substr(question + 1)) + "\n";
    std::istringstream names(claim.signed_headers);
    for (std::string name; std::getline(names, name, ';');) canonical += name + ":" + headers.at(name) + "\n";
    canonical += "\n" + claim.signed_headers + "\n" + aws::hex(sha256(body));

    const std::string scope = claim.date + "/" + claim.region + "/" + claim.service + "/aws4_request";
    const std::string to_sign =
        "AWS4-HMAC-SHA256\n" + headers.at("x-amz-date") + "\n" + scope + "\n" + aws::hex(sha256(canonical));
    const auto key = aws::mac(aws::mac(aws::mac(aws::mac("AWS4" + secret, claim.date), claim.region), claim.service),
                              "aws4_request");
    return hex_encode(aws::mac(key, to_sign));
}

}  // namespace herald::test
