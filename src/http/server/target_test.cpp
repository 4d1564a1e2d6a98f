#include "http/server/target.hpp"

#include <gtest/gtest.h>

namespace herald::http
{
namespace
{

std::optional<std::string> path_of(std::string_view encoded)
{
    std::string decoded;
    if (!decode_path(encoded, decoded)) return std::nullopt;
    return decoded;
}

std::optional<std::vector<Query::Item>> query_of(std::string_view encoded)
{
    Query query;
    if (!decode_query(encoded, query)) return std::nullopt;
    return query.items();
}

using Items = std::vector<Query::Item>;

TEST(SplitTarget, takes_origin_form_apart)
{
    const auto parts = split_target("/v2/notifications?status=sent?x");
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->path, "/v2/notifications");
    EXPECT_EQ(parts->query, "status=sent?x");
    EXPECT_EQ(parts->authority, "");
}

TEST(SplitTarget, takes_absolute_form_apart)
{
    const auto parts = split_target("HTTP://api.example:8080/a/b?c=d");
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->authority, "api.example:8080");
    EXPECT_EQ(parts->path, "/a/b");
    EXPECT_EQ(parts->query, "c=d");
    EXPECT_EQ(split_target("https://host")->path, "/");
    EXPECT_EQ(split_target("https://host?a")->query, "a");
}

TEST(SplitTarget, refuses_other_forms)
{
    for (const auto* text : {"", "v2/x", "host:443", "ftp://host/", "http://", "http:///x", "**"})
    {
        EXPECT_FALSE(split_target(text)) << text;
    }
    EXPECT_TRUE(split_target("*"));
}

TEST(DecodePath, decodes_escapes_but_leaves_plus_alone)
{
    EXPECT_EQ(path_of("/a%20b+c"), "/a b+c");
    EXPECT_EQ(path_of("/caf%C3%A9%e2%82%ac%F0%9F%98%80"), "/caf\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
}

TEST(DecodePath, refuses_bad_escapes)
{
    for (const auto* text : {"/%", "/%4", "/%zz", "/%4g", "/a%2", "/%%41"}) EXPECT_FALSE(path_of(text)) << text;
}

TEST(DecodePath, refuses_what_could_change_the_segments_or_end_a_string)
{
    EXPECT_FALSE(path_of("/a%2Fb"));
    EXPECT_FALSE(path_of("/a%2fb"));
    EXPECT_FALSE(path_of("/a%00"));
}

TEST(DecodePath, refuses_bytes_that_are_not_utf8)
{
    for (const auto* text : {
             "/%C0%AF",        // overlong "/"
             "/%C1%81",        // overlong "A"
             "/%E0%80%AF",     // overlong, three bytes
             "/%F0%80%80%AF",  // overlong, four bytes
             "/%ED%A0%80",     // a surrogate
             "/%F4%90%80%80",  // past U+10FFFF
             "/%80",           // a continuation without a lead
             "/%C3",           // a lead without its continuation
             "/%E2%82",        // cut short
             "/%E2%82A",       // no continuation where one must be
             "/%FF",           // never in UTF-8
             "/\xC0\xAF",      // raw overlong
         })
    {
        EXPECT_FALSE(path_of(text)) << text;
    }
}

TEST(DecodeQuery, keeps_order_and_repetitions)
{
    EXPECT_EQ(query_of("status=sent&status=failed&b=1"), (Items{{"status", "sent"}, {"status", "failed"}, {"b", "1"}}));
}

TEST(DecodeQuery, treats_plus_as_space_and_decodes_names)
{
    EXPECT_EQ(query_of("a%5Bb%5D=c+d%2Be"), (Items{{"a[b]", "c d+e"}}));
}

TEST(DecodeQuery, handles_empty_parts)
{
    EXPECT_EQ(query_of(""), Items{});
    EXPECT_EQ(query_of("&&"), Items{});
    EXPECT_EQ(query_of("a"), (Items{{"a", ""}}));
    EXPECT_EQ(query_of("=b"), (Items{{"", "b"}}));
    EXPECT_EQ(query_of("a=b=c"), (Items{{"a", "b=c"}}));
}

TEST(DecodeQuery, refuses_bad_escapes_and_bytes)
{
    for (const auto* text : {"a=%", "a=%1", "a=%zz", "%=a", "a=%C0%80", "a=%00", "a=%FF", "a=1&b=%ED%BF%BF"})
    {
        EXPECT_FALSE(query_of(text)) << text;
    }
}

TEST(DecodeQuery, refuses_more_items_than_anyone_needs)
{
    std::string text;
    for (std::size_t count = 0; count < kMaxQueryItems; ++count) text += "a&";
    EXPECT_TRUE(query_of(text));
    EXPECT_FALSE(query_of(text + "a"));
}

TEST(Host, allows_only_what_may_stand_in_a_url)
{
    for (const auto* text : {"localhost", "api.example.gov:6011", "[::1]:80", "10.0.0.1"})
        EXPECT_TRUE(is_valid_host(text)) << text;
    for (const auto* text : {"", "a/b", "a b", "user@host", "a\"b", "<x>", "a,b"})
        EXPECT_FALSE(is_valid_host(text)) << text;
    EXPECT_FALSE(is_valid_host(std::string(256, 'a')));
}

}  // namespace
}  // namespace herald::http
