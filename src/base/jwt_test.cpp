#include "base/jwt.hpp"

#include <gtest/gtest.h>

#include "base/crypto.hpp"

namespace herald
{
namespace
{

using namespace std::chrono_literals;

constexpr std::string_view kSecret = "f1d1a6ea-6e4e-44ff-9d4e-0a4ac3c0b6b0";
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::int64_t kNow = 1'700'000'000;
const Instant kNowInstant{std::chrono::seconds(kNow)};

std::string signed_with(std::string_view secret, std::string_view header, std::string_view claims)
{
    const std::string input = base64url_encode(header) + '.' + base64url_encode(claims);
    const Sha256 mac = hmac_sha256(secret, input);
    return input + '.' + base64url_encode({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

TokenVerdict verdict(const std::string& text, Instant now = kNowInstant)
{
    const auto token = decode_token(text);
    EXPECT_TRUE(token) << text;
    return token ? verify_token(*token, kSecret, now) : TokenVerdict::malformed;
}

TokenVerdict verdict_of_claims(std::string_view claims)
{
    return verdict(signed_with(kSecret, kHeader, claims));
}

TEST(Jwt, what_we_sign_is_valid_and_names_its_issuer)
{
    const std::string text = sign_token("issuer-id", kSecret, kNowInstant + 999ms);
    EXPECT_EQ(decode_token(text)->issuer, "issuer-id");
    EXPECT_EQ(verdict(text), TokenVerdict::valid);
    EXPECT_EQ(verdict(text, kNowInstant + 30'999ms), TokenVerdict::valid);
}

// Made with Python's hmac: {"typ":"JWT","alg":"HS256"} . {"iss":"me","iat":1700000000}, secret "secret".
TEST(Jwt, reads_the_header_of_the_python_client)
{
    const auto token = decode_token(
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJtZSIsImlhdCI6MTcwMDAwMDAwMH0.e10V9W-"
        "yANLdJANLXJJlG2YF8mVcBEcPO2nvgcbipVY");
    ASSERT_TRUE(token);
    EXPECT_EQ(token->issuer, "me");
    EXPECT_EQ(verify_token(*token, "secret", kNowInstant), TokenVerdict::valid);
}

// RFC 7515, A.1: exp is long past, so it is the verdict after the signature that shows.
TEST(Jwt, checks_the_signature_of_rfc_7515)
{
    const std::string text =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290I"
        "jp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const auto key =
        base64url_decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    ASSERT_TRUE(key);
    auto token = decode_token(text);
    ASSERT_TRUE(token);
    EXPECT_EQ(token->issuer, "joe");
    EXPECT_EQ(verify_token(*token, *key, kNowInstant), TokenVerdict::wrong_signature) << "no iat";
    token->has_issued_at = true;
    token->issued_at = kNow;
    EXPECT_EQ(verify_token(*token, *key, kNowInstant), TokenVerdict::malformed) << "expired";
    EXPECT_EQ(verify_token(*token, "other", kNowInstant), TokenVerdict::wrong_signature);
}

TEST(Jwt, what_is_no_jwt_is_not_decoded)
{
    const std::string good = signed_with(kSecret, kHeader, "{}");
    for (const std::string& text :
         {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), std::string("no token"),
          good + ".x", good + " ", " " + good, good.substr(0, good.rfind('.')), signed_with(kSecret, "[]", "{}"),
          signed_with(kSecret, kHeader, "[]"), signed_with(kSecret, kHeader, R"({"iss":"a","iss":"b"})"),
          signed_with(kSecret, kHeader, "{} x"),
          signed_with(kSecret, kHeader, R"({"a":")" + std::string(8192, 'x') + "\"}")})
        EXPECT_FALSE(decode_token(text)) << text.substr(0, 100);
}

TEST(Jwt, the_issuer_is_read_without_a_check)
{
    EXPECT_EQ(decode_token(signed_with("any", kHeader, "{}"))->issuer, std::nullopt);
    EXPECT_EQ(decode_token(signed_with("any", kHeader, R"({"iss":7})"))->issuer, "7");
    EXPECT_EQ(decode_token(signed_with("any", kHeader, R"({"iss":null})"))->issuer, "null");
    EXPECT_EQ(decode_token(signed_with("any", R"({"alg":"none"})", R"({"iss":"x"})"))->issuer, "x");
}

TEST(Jwt, another_secret_or_no_iat_is_a_wrong_signature)
{
    EXPECT_EQ(verdict(sign_token("x", "other secret", kNowInstant)), TokenVerdict::wrong_signature);
    EXPECT_EQ(verdict_of_claims(R"({"iss":"x"})"), TokenVerdict::wrong_signature);
    const std::string text = sign_token("x", kSecret, kNowInstant);
    EXPECT_EQ(verdict(text.substr(0, text.rfind('.') + 1)), TokenVerdict::wrong_signature);
}

TEST(Jwt, only_hs256_is_verified)
{
    const std::string claims = R"({"iss":"x","iat":1700000000})";
    for (const std::string_view header :
         {R"({"alg":"HS512"})", R"({"alg":"none"})", R"({"alg":"hs256"})", R"({"alg":256})", R"({"typ":"JWT"})"})
        EXPECT_EQ(verdict(signed_with(kSecret, header, claims)), TokenVerdict::wrong_algorithm) << header;
    EXPECT_EQ(verdict(signed_with("other", R"({"alg":"none"})", claims)), TokenVerdict::wrong_algorithm)
        << "before the signature";
    EXPECT_EQ(verdict(signed_with(kSecret, R"({"alg":"HS256","kid":"1"})", claims)), TokenVerdict::valid);
}

struct Claims
{
    std::string_view text;
    TokenVerdict verdict;
};

class JwtClaims : public testing::TestWithParam<Claims>
{
};

TEST_P(JwtClaims, have_their_verdict)
{
    EXPECT_EQ(verdict_of_claims(GetParam().text), GetParam().verdict) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(Clock, JwtClaims,
                         testing::Values(Claims{R"({"iat":1700000000})", TokenVerdict::valid},
                                         Claims{R"({"iat":1700000000.9})", TokenVerdict::valid},
                                         Claims{R"({"iat":1699999970})", TokenVerdict::valid},
                                         Claims{R"({"iat":1699999969})", TokenVerdict::clock_skew},
                                         Claims{R"({"iat":1700000030})", TokenVerdict::valid},
                                         Claims{R"({"iat":1700000031})", TokenVerdict::clock_skew},
                                         Claims{R"({"iat":0})", TokenVerdict::clock_skew},
                                         Claims{R"({"iat":-1e300})", TokenVerdict::clock_skew},
                                         Claims{R"({"iat":"1700000000"})", TokenVerdict::clock_skew},
                                         Claims{R"({"iat":true})", TokenVerdict::clock_skew},
                                         Claims{R"({"iat":null})", TokenVerdict::clock_skew},
                                         Claims{R"({"iat":"x","aud":"y"})", TokenVerdict::clock_skew}));

INSTANTIATE_TEST_SUITE_P(Others, JwtClaims,
                         testing::Values(Claims{R"({"iat":1700000000,"exp":1700000060})", TokenVerdict::valid},
                                         Claims{R"({"iat":1700000000,"exp":1699999970})", TokenVerdict::valid},
                                         Claims{R"({"iat":1700000000,"exp":1699999969})", TokenVerdict::malformed},
                                         Claims{R"({"iat":1,"exp":2})", TokenVerdict::malformed},
                                         Claims{R"({"iat":1700000000,"exp":"soon"})", TokenVerdict::malformed},
                                         Claims{R"({"iat":1700000000,"exp":null})", TokenVerdict::malformed},
                                         Claims{R"({"iat":1700000000,"nbf":1700000030})", TokenVerdict::valid},
                                         Claims{R"({"iat":1700000000,"nbf":1700000031})", TokenVerdict::malformed},
                                         Claims{R"({"iat":1700000000,"nbf":"x"})", TokenVerdict::malformed},
                                         Claims{R"({"iat":1700000000,"aud":"notify"})", TokenVerdict::malformed},
                                         Claims{R"({"iat":1700000000,"aud":["notify"]})", TokenVerdict::malformed},
                                         Claims{R"({"iat":1700000000,"aud":null})", TokenVerdict::valid},
                                         Claims{R"({"iat":1700000000,"extra":{"a":[1]}})", TokenVerdict::valid}));

TEST(Jwt, an_extension_that_must_be_understood_is_refused)
{
    EXPECT_EQ(verdict(signed_with(kSecret, R"({"alg":"HS256","crit":["b64"],"b64":false})", R"({"iat":1700000000})")),
              TokenVerdict::malformed);
}

TEST(Jwt, padding_is_let_pass)
{
    const std::string claims = base64_encode(R"({"iat":1700000000})");
    const std::string more_claims = base64_encode(R"({"iat":1700000000 })");
    ASSERT_TRUE(more_claims.ends_with('='));
    for (const std::string& part : {claims, more_claims})
    {
        const std::string input = base64url_encode(kHeader) + '.' + part;
        const Sha256 mac = hmac_sha256(kSecret, input);
        EXPECT_EQ(
            verdict(input + '.' + base64url_encode({reinterpret_cast<const char*>(mac.data()), mac.size()}) + '='),
            TokenVerdict::valid);
    }
}

TEST(Jwt, every_changed_character_is_noticed)
{
    const std::string good = sign_token("x", kSecret, kNowInstant);
    for (std::size_t i = 0; i < good.size(); ++i)
    {
        std::string changed = good;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        const auto token = decode_token(changed);
        if (token) EXPECT_NE(verify_token(*token, kSecret, kNowInstant), TokenVerdict::valid) << i;
    }
}

}  // namespace
}  // namespace herald
