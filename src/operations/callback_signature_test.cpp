#include "operations/callback_signature.hpp"

#include <gtest/gtest.h>

namespace herald
{
namespace
{

constexpr Instant kAt{std::chrono::seconds(1781535600)};

// By another's hand: printf '1781535600.{"id":"1"}' | openssl dgst -sha256 -hmac whsec_test
TEST(CallbackSignature, IsTheHmacOfMomentAndBody)
{
    EXPECT_EQ(callback_signature("whsec_test", kAt, R"({"id":"1"})"),
              "t=1781535600,v1=71f2fce1857f148af115f723239c6dbdb770a3e33c4603da111e12af4e00c994");
    EXPECT_EQ(callback_signature("k", Instant(), ""),
              "t=0,v1=6b4a4b8b3c40f1e8f53a3d36682e5f99f7ad2ac1df1c93dfe336f329167641e7");
}

TEST(CallbackSignature, ChangesWithEachOfThem)
{
    const auto signature = callback_signature("secret", kAt, "body");
    EXPECT_NE(callback_signature("Secret", kAt, "body"), signature);
    EXPECT_NE(callback_signature("secret", kAt, "bodY"), signature);
    EXPECT_NE(callback_signature("secret", kAt + std::chrono::seconds(1), "body"), signature);
    // Whole seconds, rounded down: the header says what is signed.
    EXPECT_EQ(callback_signature("secret", kAt + std::chrono::milliseconds(999), "body"), signature);
}

}  // namespace
}  // namespace herald
