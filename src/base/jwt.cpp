#include "base/jwt.hpp"

#include <cmath>

#include "base/crypto.hpp"
#include "base/json.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kMaxTokenBytes = 8192;
constexpr std::int64_t kSkewSeconds = 30;

// The headers of the clients in use; to know them saves reading JSON on every request.
constexpr std::string_view kUsualHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";    // {"alg":"HS256","typ":"JWT"}
constexpr std::string_view kSwappedHeader = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9";  // {"typ":"JWT","alg":"HS256"}

std::optional<std::string> decode_base64(std::string_view part)
{
    // JWTs have no padding, but the family's library lets it pass.
    for (int i = 0; i < 2 && part.ends_with('=') && part.size() % 4 == (i == 0 ? 0 : 3); ++i) part.remove_suffix(1);
    return base64url_decode(part);
}

std::optional<json::object> decode_part(std::string_view part)
{
    const auto text = decode_base64(part);
    if (!text) return std::nullopt;
    auto value = parse_json(*text, {.max_depth = 4, .max_bytes = kMaxTokenBytes});
    if (!value || !value->is_object()) return std::nullopt;
    return std::move(value->get_object());
}

bool read_header(std::string_view part, Token& token)
{
    token.is_hs256 = part == kUsualHeader || part == kSwappedHeader;
    if (token.is_hs256) return true;
    const auto header = decode_part(part);
    if (!header) return false;
    const auto* algorithm = header->if_contains("alg");
    token.is_hs256 = algorithm != nullptr && algorithm->is_string() && algorithm->get_string() == "HS256";
    token.has_refused_claims = header->contains("crit");  // RFC 7515, 4.1.11: we understand no extension
    return true;
}

std::optional<double> read_number(const json::value* value)
{
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->to_number<double>();
}

bool says_something(const json::value& audience)
{
    if (const auto* text = audience.if_string()) return !text->empty();
    if (const auto* list = audience.if_array()) return !list->empty();
    return !audience.is_null();
}

void read_claims(const json::object& claims, Token& token)
{
    if (const auto* issuer = claims.if_contains("iss"))
        token.issuer = issuer->is_string() ? std::string(issuer->get_string()) : json::serialize(*issuer);
    const auto* issued_at = claims.if_contains("iat");
    token.has_issued_at = issued_at != nullptr;
    token.issued_at = read_number(issued_at);

    const auto* expires_at = claims.if_contains("exp");
    token.expires_at = read_number(expires_at);
    const auto* not_before = claims.if_contains("nbf");
    token.not_before = read_number(not_before);
    const auto* audience = claims.if_contains("aud");
    token.has_refused_claims |= (expires_at != nullptr && !token.expires_at) ||
                                (not_before != nullptr && !token.not_before) ||
                                (audience != nullptr && says_something(*audience));
}

std::int64_t whole_seconds(Instant instant)
{
    return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

std::string signature_of(std::string_view signing_input, std::string_view secret)
{
    const Sha256 digest = hmac_sha256(secret, signing_input);
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::optional<Token> decode_token(std::string_view text)
{
    if (text.size() > kMaxTokenBytes) return std::nullopt;
    const auto first = text.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = text.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;

    Token token;
    const auto claims = decode_part(text.substr(first + 1, second - first - 1));
    auto signature = decode_base64(text.substr(second + 1));
    if (!claims || !signature || !read_header(text.substr(0, first), token)) return std::nullopt;
    token.signing_input = text.substr(0, second);
    token.signature = std::move(*signature);
    read_claims(*claims, token);
    return token;
}

TokenVerdict verify_token(const Token& token, std::string_view secret, Instant now)
{
    if (!token.is_hs256) return TokenVerdict::wrong_algorithm;
    if (!constant_time_equal(signature_of(token.signing_input, secret), token.signature))
        return TokenVerdict::wrong_signature;
    if (!token.has_issued_at) return TokenVerdict::wrong_signature;
    if (!token.issued_at) return TokenVerdict::clock_skew;

    // Claims are whole seconds, so the clock is as well: exactly 30 s off still passes.
    const auto clock = static_cast<double>(whole_seconds(now));
    if (token.has_refused_claims || (token.expires_at && *token.expires_at < clock - kSkewSeconds) ||
        (token.not_before && *token.not_before > clock + kSkewSeconds))
        return TokenVerdict::malformed;
    if (std::abs(clock - std::trunc(*token.issued_at)) > kSkewSeconds) return TokenVerdict::clock_skew;
    return TokenVerdict::valid;
}

std::string sign_token(std::string_view issuer, std::string_view secret, Instant now)
{
    const json::value claims = {{"iss", issuer}, {"iat", whole_seconds(now)}};
    const std::string input = std::string(kUsualHeader) + '.' + base64url_encode(json::serialize(claims));
    return input + '.' + base64url_encode(signature_of(input, secret));
}

}  // namespace herald
