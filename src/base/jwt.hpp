// The tokens clients sign their requests with: JWT, HS256, claims iss and iat (the family's wire
// contract). Pure functions, thread-safe.
//
// Security: at most 8 KB are looked at; signatures are compared in constant time; only HS256 is ever verified.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace herald
{

// A token taken apart, not yet believed.
struct Token
{
    std::string signing_input;
    std::string signature;
    bool is_hs256 = false;
    std::optional<std::string> issuer;  // iss; what is no string is given as its JSON text, which is nobody's id
    bool has_issued_at = false;         // iat is there, of whatever type
    std::optional<double> issued_at;    // iat, when it is a number
    std::optional<double> expires_at;   // exp
    std::optional<double> not_before;   // nbf
    bool has_refused_claims =
        false;  // aud, crit, or an exp or nbf that is no number: what the family's library refuses
};

// nullopt: not a JWT at all, or longer than 8 KB.
std::optional<Token> decode_token(std::string_view text);

enum class TokenVerdict
{
    valid,
    wrong_signature,  // try the next key; also a token without iat, whichever key signed it
    wrong_algorithm,  // the same for every key: stop at the first
    clock_skew,       // iat more than 30 s from now, or not a number
    malformed,        // expired (30 s of grace, as for iat), not valid yet, or claims the family's library refuses
};

// In the order of the reference: algorithm, signature, iat is a number, the other claims, iat within 30 s (both ends
// included).
TokenVerdict verify_token(const Token& token, std::string_view secret, Instant now);

std::string sign_token(std::string_view issuer, std::string_view secret, Instant now);

}  // namespace herald
