#include "base/jwt.hpp"

#include <cmath>

#include "base/crypto.hpp"
#include "base/json.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kMaxTokenBytes = 8192;
constexpr double kSkewSeconds = 30;

std::optional<json::object> decode_part(std::string_view part)
{
    const auto text = base64url_decode(part);
    if (!text) return std::nullopt;
    auto value = parse_json(*text, {.max_depth = 4, .max_bytes = kMaxTokenBytes});
    if (!value || !value->is_object()) return std::nullopt;
    return std::move(value->get_object());
}

std::optional<double> number(const json::value& value)
{
    if (!value.is_number()) return std::nullopt;
    return value.to_number<double>();
}

void read_claims(const json::object& claims, Token& token)
{
    if (const auto* issuer = claims.if_contains("iss"); issuer != nullptr && issuer->is_string())
        token.issuer = std::string(issuer->get_string());
    else if (issuer != nullptr && !issuer->is_null())
        token.issuer = json::serialize(*issuer);
    if (const auto* issued_at = claims.if_contains("iat"))
    {
        token.has_issued_at = true;
        token.issued_at = number(*issued_at);
    }
    if (const auto* expires = claims.if_contains("exp"))
    {
        token.expires_at = number(*expires);
        token.has_foreign_claims |= !token.expires_at;
    }
    token.has_foreign_claims |= claims.contains("aud");
    if (const auto* not_before = claims.if_contains("nbf")) token.has_foreign_claims |= !number(*not_before);
}

double seconds_of(Instant instant)
{
    return static_cast<double>(instant.time_since_epoch().count()) / 1e6;
}

std::string signature_of(std::string_view signing_input, std::string_view secret)
{
    const auto digest = hmac_sha256(secret, signing_input);
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::optional<Token> decode_token(std::string_view text)
{
    if (text.size() > kMaxTokenBytes) return std::nullopt;
    const auto first = text.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = text.find('.', first + 1);
    if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    const auto header = decode_part(text.substr(0, first));
    const auto claims = decode_part(text.substr(first + 1, second - first - 1));
    auto signature = base64url_decode(text.substr(second + 1));
    if (!header || !claims || !signature) return std::nullopt;

    Token token;
    token.signing_input = text.substr(0, second);
    token.signature = std::move(*signature);
    const auto* algorithm = header->if_contains("alg");
    if (algorithm == nullptr || !algorithm->is_string()) return std::nullopt;
    token.is_hs256 = algorithm->get_string() == "HS256";
    read_claims(*claims, token);
    return token;
}

TokenVerdict verify_token(const Token& token, std::string_view secret, Instant now)
{
    if (!token.is_hs256) return TokenVerdict::wrong_algorithm;
    if (!constant_time_equal(signature_of(token.signing_input, secret), token.signature))
        return TokenVerdict::wrong_signature;
    if (!token.has_issued_at) return TokenVerdict::wrong_signature;
    if (token.has_foreign_claims) return TokenVerdict::malformed;
    const double clock = seconds_of(now);
    if (token.expires_at && *token.expires_at <= clock) return TokenVerdict::malformed;
    // iat is in whole seconds, so the clock is as well: exactly 30 s off still passes.
    if (!token.issued_at || std::abs(std::floor(clock) - std::floor(*token.issued_at)) > kSkewSeconds)
        return TokenVerdict::clock_skew;
    return TokenVerdict::valid;
}

std::string sign_token(std::string_view issuer, std::string_view secret, Instant now)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const json::value claims = {{"iss", issuer}, {"iat", seconds}};
    const std::string input =
        base64url_encode(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url_encode(json::serialize(claims));
    return input + "." + base64url_encode(signature_of(input, secret));
}

}  // namespace herald
