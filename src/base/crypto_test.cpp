#include "base/crypto.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <thread>
#include <vector>

#include "base/random.hpp"

namespace herald
{
namespace
{

std::string hex(const Sha256& digest)
{
    return hex_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string bytes(std::string_view hex_text)
{
    auto decoded = hex_decode(hex_text);
    EXPECT_TRUE(decoded);
    return decoded.value_or("");
}

// FIPS 180-4, examples.
TEST(Crypto, sha256_known_answers)
{
    EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// RFC 4231, test cases 1, 2, 3 and 6.
TEST(Crypto, hmac_sha256_known_answers)
{
    EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hex(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))),
              "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Crypto, hmac_with_an_empty_key_does_not_use_the_key_before)
{
    const std::string empty_answer = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    EXPECT_EQ(hex(hmac_sha256("", "")), empty_answer);
    hmac_sha256("some key", "some text");
    EXPECT_EQ(hex(hmac_sha256({}, {})), empty_answer);
}

TEST(Crypto, constant_time_equal_compares_content)
{
    EXPECT_TRUE(constant_time_equal("", {}));
    EXPECT_TRUE(constant_time_equal("secret", "secret"));
    EXPECT_FALSE(constant_time_equal("secret", "secreT"));
    EXPECT_FALSE(constant_time_equal("secret", "secret "));
    EXPECT_FALSE(constant_time_equal("secret", ""));
}

TEST(Crypto, random_bytes_do_not_repeat)
{
    std::set<std::string> seen;
    for (int i = 0; i < 2000; ++i) seen.insert(random_bytes(12));
    EXPECT_EQ(seen.size(), 2000);
    EXPECT_EQ(random_bytes(0), "");
    EXPECT_EQ(random_bytes(10'000).size(), 10'000);
}

TEST(Crypto, a_forked_child_draws_other_random_bytes)
{
    random_bytes(8);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0)
    {
        const std::string drawn = random_bytes(16);
        _exit(write(ends[1], drawn.data(), drawn.size()) == 16 ? 0 : 1);
    }
    std::string theirs(16, '\0');
    EXPECT_EQ(read(ends[0], theirs.data(), theirs.size()), 16);
    EXPECT_NE(theirs, random_bytes(16));
    int status = 0;
    waitpid(child, &status, 0);
    close(ends[0]);
    close(ends[1]);
}

// RFC 4648, section 10.
TEST(Crypto, base64_known_answers)
{
    const std::vector<std::pair<std::string, std::string>> pairs = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"},
                                                                    {"\xfb\xff", "+/8="}};
    for (const auto& [plain, coded] : pairs)
    {
        EXPECT_EQ(base64_encode(plain), coded);
        EXPECT_EQ(base64_decode(coded), plain);
    }
    EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
    EXPECT_EQ(base64url_decode("-_8"), "\xfb\xff");
    EXPECT_EQ(base64url_encode("f"), "Zg");
}

TEST(Crypto, base64_takes_the_canonical_form_only)
{
    for (const std::string_view text :
         {"Zg", "Zg=", "Zh==", "Z===", "====", "Zg==Zg==", " Zg==", "Zg==\n", "-_8=", "Zm9v=", "Zm9vY==="})
        EXPECT_FALSE(base64_decode(text)) << text;
    for (const std::string_view text : {"Zg==", "Z", "Zh", "+/8", "Zg ", "Zm9vY"})
        EXPECT_FALSE(base64url_decode(text)) << text;
}

TEST(Crypto, encodings_round_trip_every_length)
{
    for (std::size_t length = 0; length < 70; ++length)
    {
        const std::string data = random_bytes(length);
        EXPECT_EQ(hex_decode(hex_encode(data)), data);
        EXPECT_EQ(base64_decode(base64_encode(data)), data);
        EXPECT_EQ(base64url_decode(base64url_encode(data)), data);
    }
    EXPECT_FALSE(hex_decode("0"));
    EXPECT_FALSE(hex_decode("0g"));
    EXPECT_EQ(hex_decode("fF00"), std::string("\xff\0", 2));
}

// Made with another implementation (Python's cryptography, AESGCM), so that the stored form cannot change unseen.
TEST(KeyRing, opens_what_another_implementation_sealed)
{
    const auto ring =
        KeyRing::parse("7:" + base64_encode(bytes("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")));
    ASSERT_TRUE(ring);
    const auto plain = ring->open(
        bytes("010007cafebabefacedbaddecaf888a19794119d4a7f22763b6cef48bfb46b6ce7a2a0f6fbb5b286d9ed35db"), "row 7");
    ASSERT_TRUE(plain) << plain.error().detail;
    EXPECT_EQ(*plain, "+447700900123");
}

TEST(KeyRing, seals_and_opens)
{
    const KeyRing ring = KeyRing::generate();
    for (const std::string& text :
         {std::string(), std::string("x"), std::string("\0\xff", 2), std::string(100'000, 'p')})
    {
        const std::string sealed = ring.seal(text, "context");
        EXPECT_EQ(sealed.size(), text.size() + 31);
        EXPECT_EQ(KeyRing::key_id_of(sealed), 1);
        const auto opened = ring.open(sealed, "context");
        ASSERT_TRUE(opened);
        EXPECT_EQ(*opened, text);
    }
}

TEST(KeyRing, the_same_text_is_sealed_differently_each_time)
{
    const KeyRing ring = KeyRing::generate();
    EXPECT_NE(ring.seal("text", ""), ring.seal("text", ""));
}

TEST(KeyRing, a_changed_blob_or_another_context_does_not_open)
{
    const KeyRing ring = KeyRing::generate();
    const std::string sealed = ring.seal("personal data", "row 1");
    for (std::size_t i = 0; i < sealed.size(); ++i)
    {
        std::string changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(ring.open(changed, "row 1")) << "byte " << i;
    }
    for (std::size_t length = 0; length < sealed.size(); ++length)
        EXPECT_FALSE(ring.open(sealed.substr(0, length), "row 1"));
    EXPECT_FALSE(ring.open(sealed, "row 2"));
    EXPECT_FALSE(ring.open(sealed, ""));
    EXPECT_FALSE(KeyRing::generate().open(sealed, "row 1"));
    EXPECT_EQ(ring.open(sealed, "row 2").error().kind, ErrorKind::internal);
}

TEST(KeyRing, old_data_opens_after_rotation_and_new_data_has_the_new_key)
{
    const KeyRing old_ring = KeyRing::generate();
    const std::string sealed = old_ring.seal("kept", "c");
    const KeyRing ring = old_ring.with_new_key();
    EXPECT_EQ(ring.current_id(), 2);
    EXPECT_EQ(ring.open(sealed, "c").value_or("not opened"), "kept");
    EXPECT_EQ(KeyRing::key_id_of(ring.seal("new", "c")), 2);
    EXPECT_FALSE(old_ring.open(ring.seal("new", "c"), "c"));
    EXPECT_EQ(ring.search_hash("+447700900123"), old_ring.search_hash("+447700900123"));
    EXPECT_NE(ring.search_hash("+447700900123"), KeyRing::generate().search_hash("+447700900123"));
}

TEST(KeyRing, what_is_found_and_signed_outlives_the_key_it_began_with)
{
    const KeyRing first = KeyRing::generate();
    const std::string text = first.with_new_key().to_text();
    const auto without_first = KeyRing::parse(text.substr(text.find(',') + 1)).value();
    EXPECT_EQ(without_first.ids(), std::vector<std::uint16_t>{2});
    EXPECT_EQ(without_first.search_hash("+447700900123"), first.search_hash("+447700900123"));
    EXPECT_EQ(without_first.sign("test", "data"), first.sign("test", "data"));
    EXPECT_EQ(without_first.with_new_key().search_hash("a"), first.search_hash("a"));
    EXPECT_NE(first.sign("test", "data"), first.sign("other", "data"));
    EXPECT_NE(first.sign("test", "data"), first.sign("test", "date"));
    EXPECT_NE(first.sign("test", "data"), first.search_hash("data"));
    EXPECT_NE(first.sign("test", "data"), KeyRing::generate().sign("test", "data"));
}

TEST(KeyRing, text_form_round_trips)
{
    const KeyRing ring = KeyRing::generate().with_new_key().with_new_key();
    const auto again = KeyRing::parse(ring.to_text());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->to_text(), ring.to_text());
    EXPECT_EQ(again->current_id(), 3);
    EXPECT_EQ(again->open(ring.seal("a", "b"), "b").value_or(""), "a");
}

TEST(KeyRing, errors_name_the_item_and_never_its_value)
{
    const std::string good = KeyRing::generate().to_text();
    const std::string key = good.substr(2);
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "key ring, item 1: is not of the form id:base64"},
        {good + "," + key, "key ring, item 2: is not of the form id:base64"},
        {"0:" + key, "key ring, item 1: the id is not a number from 1 to 65535"},
        {"65536:" + key, "key ring, item 1: the id is not a number from 1 to 65535"},
        {"1x:" + key, "key ring, item 1: the id is not a number from 1 to 65535"},
        {good + ", 2:AAAA", "key ring, item 2: the key is not the base64 of 32 bytes"},
        {good + "," + good, "key ring, item 2: its id is there twice"},
        {good + ",,", "key ring, item 2: is not of the form id:base64"},
        {good + ",search:AAAA", "key ring, item 2: the key is not the base64 of 32 bytes"},
        {"search:" + key, "key ring, item 1: is no key that seals"},
        {good + ",search:" + key + ",search:" + key, "key ring, item 3: its id is there twice"},
    };
    for (const auto& [text, message] : cases)
    {
        const auto ring = KeyRing::parse(text);
        ASSERT_FALSE(ring) << text;
        EXPECT_EQ(ring.error().message, message);
        EXPECT_EQ(ring.error().message.find(key), std::string::npos);
    }
}

TEST(KeyRing, threads_share_a_ring)
{
    const KeyRing ring = KeyRing::generate();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back(
            [&ring, t]
            {
                const std::string context = std::to_string(t);
                for (int i = 0; i < 500; ++i)
                {
                    const std::string text = std::to_string(i);
                    EXPECT_EQ(ring.open(ring.seal(text, context), context).value_or("not opened"), text);
                }
            });
    for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace herald
