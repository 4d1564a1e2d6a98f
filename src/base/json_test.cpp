#include "base/json.hpp"

#include <gtest/gtest.h>

#include <random>

namespace herald
{
namespace
{

// What is read and sent again. "refused: ..." with the detail otherwise.
std::string echo(std::string_view text, const JsonLimits& limits = {})
{
    const auto value = parse_json(text, limits);
    if (!value) return "refused: " + value.error().detail;
    std::string wire = to_wire(*value);
    EXPECT_TRUE(wire.ends_with('\n'));
    wire.pop_back();
    return wire;
}

bool refuses(std::string_view text, const JsonLimits& limits = {})
{
    const auto value = parse_json(text, limits);
    if (value) return false;
    EXPECT_EQ(value.error().kind, ErrorKind::bad_request);
    EXPECT_EQ(value.error().message, "Invalid JSON supplied in POST data");
    EXPECT_NE(value.error().detail, "");
    return true;
}

TEST(Json, reads_every_kind_of_value)
{
    EXPECT_EQ(echo(R"( { "b" : [ 1 , -2 , 1.5 , "x" , true , false , null ] , "a" : { } , "c" : [ ] } )"),
              R"({"a":{},"b":[1,-2,1.5,"x",true,false,null],"c":[]})");
    EXPECT_EQ(echo("3"), "3");
    EXPECT_EQ(echo("\"text\""), "\"text\"");
}

TEST(Json, refuses_what_is_not_json)
{
    for (const std::string_view text : {"",      " ",       "{",       "}",         "[1,]",          "{\"a\":1,}",
                                        "{a:1}", "{'a':1}", "nul",     "NaN",       "Infinity",      "01",
                                        "+1",    ".5",      "1.",      "\"\t\"",    "\"\\x\"",       "1 2",
                                        "{} {}", "[1] x",   "// c\n1", "/* c */ 1", "\xef\xbb\xbf{}"})
        EXPECT_TRUE(refuses(text)) << text;
}

TEST(Json, refuses_a_key_that_is_twice_in_one_object)
{
    for (const std::string_view text : {R"({"a":1,"a":1})", R"({"a":1,"\u0061":2})", R"([{"x":{"k":1,"j":2,"k":3}}])",
                                        R"({"a":{"b":1},"a":{"c":1}})", R"({"a":{"a":1,"b":{}},"b":1,"a":{}})"})
        EXPECT_TRUE(refuses(text)) << text;
    EXPECT_EQ(echo(R"([{"a":1},{"a":{"a":2}}])"), R"([{"a":1},{"a":{"a":2}}])");
}

TEST(Json, refuses_nul_in_texts_and_keys)
{
    EXPECT_TRUE(refuses(R"("a\u0000b")"));
    EXPECT_TRUE(refuses(R"({"a\u0000":1})"));
    EXPECT_TRUE(refuses(std::string_view("\"a\0b\"", 5)));
    const std::string behind_a_long_part = '"' + std::string(5000, 'x') + "\\u0000\"";
    EXPECT_TRUE(refuses(behind_a_long_part));
}

TEST(Json, refuses_what_is_not_utf8_and_lone_surrogates)
{
    for (const std::string_view text :
         {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xc3\"", "{\"\x80\":1}",
          R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\u0041")"})
        EXPECT_TRUE(refuses(text)) << text;
}

TEST(Json, limits_depth_and_size)
{
    const auto nested = [](std::size_t depth)
    {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_FALSE(refuses(nested(32)));
    EXPECT_TRUE(refuses(nested(33)));
    EXPECT_TRUE(refuses(nested(100'000)));
    EXPECT_FALSE(refuses('"' + std::string(6'000'000, 'x') + '"', {})) << "who reads it from outside bounds it";
    EXPECT_FALSE(refuses("[1]", {.max_depth = 1, .max_bytes = 3}));
    EXPECT_TRUE(refuses("[10]", {.max_depth = 1, .max_bytes = 3}));
}

TEST(Json, numbers_keep_their_value)
{
    EXPECT_EQ(echo("9223372036854775807"), "9223372036854775807");
    EXPECT_EQ(echo("-9223372036854775808"), "-9223372036854775808");
    EXPECT_EQ(echo("18446744073709551615"), "18446744073709551615");
    EXPECT_EQ(echo("1.0"), "1.0");
    EXPECT_EQ(echo("-0.0"), "-0.0");
    EXPECT_EQ(echo("0.1"), "0.1");
    EXPECT_EQ(echo("1e16"), "1e+16");
    EXPECT_EQ(echo("1e15"), "1000000000000000.0");
    EXPECT_EQ(echo("0.0001"), "0.0001");
    EXPECT_EQ(echo("0.00001"), "1e-05");
    EXPECT_EQ(echo("1e-400"), "0.0");
    EXPECT_TRUE(refuses("1e400"));
    EXPECT_TRUE(refuses("-1e400"));
}

TEST(Json, decimal_fractions_read_back_exactly)
{
    std::mt19937_64 random(7);
    for (int i = 0; i < 20'000; ++i)
    {
        const std::string text = std::to_string(random() % 100'000) + '.' + std::to_string(1 + random() % 9'999'999);
        const auto value = parse_json(text);
        ASSERT_TRUE(value);
        EXPECT_EQ(value->as_double(), std::stod(text)) << text;
    }
}

TEST(Json, the_wire_has_sorted_keys_and_only_ascii)
{
    EXPECT_EQ(echo(R"({"z":1,"a":2,"é":3,"Z":4})"), R"({"Z":4,"a":2,"z":1,"\u00e9":3})");
    EXPECT_EQ(echo("\"\xe2\x80\x99 \xf0\x9f\x92\xa9\""), R"("\u2019 \ud83d\udca9")");
    EXPECT_EQ(echo(R"("\"\\\/\b\f\n\r\t\u0001\u007f")"), R"("\"\\/\b\f\n\r\t\u0001\u007f")");
    EXPECT_EQ(to_wire(json::value("\xff|")), "\"\\ufffd|\"\n");
}

json::value random_value(std::mt19937& random, int depth)
{
    const auto text = [&random]
    {
        static constexpr std::string_view kPieces[] = {"a",    "B",    "\"",       "\\",           "\n",
                                                       "\x01", "\x7f", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
        std::string made;
        for (auto length = random() % 12; length > 0; --length) made += kPieces[random() % std::size(kPieces)];
        return made;
    };
    switch (random() % (depth > 0 ? 8 : 6))
    {
        case 0:
            return nullptr;
        case 1:
            return random() % 2 == 0;
        case 2:
            return static_cast<std::int64_t>(random()) - (1LL << 31);
        case 3:
            return static_cast<double>(random()) / 1000 + 0.0005;
        case 4:
        case 5:
            return json::value(text());
        case 6:
        {
            json::array array;
            for (auto count = random() % 5; count > 0; --count) array.push_back(random_value(random, depth - 1));
            return array;
        }
        default:
        {
            json::object object;
            for (auto count = random() % 5; count > 0; --count) object[text()] = random_value(random, depth - 1);
            return object;
        }
    }
}

TEST(Json, any_value_survives_the_wire)
{
    std::mt19937 random(20261123);
    for (int i = 0; i < 3000; ++i)
    {
        const json::value value = random_value(random, 5);
        const std::string wire = to_wire(value);
        const auto again = parse_json(wire);
        ASSERT_TRUE(again) << wire << again.error().detail;
        EXPECT_EQ(*again, value) << wire;
        EXPECT_EQ(to_wire(*again), wire);
    }
}

TEST(Json, any_prefix_of_a_document_is_refused)
{
    const std::string document = R"({"a":[1,2.5,"\u00e9\ud83d\udca9"],"b":{"c":null,"d":true}})";
    for (std::size_t length = 0; length < document.size(); ++length)
        EXPECT_TRUE(refuses(document.substr(0, length))) << length;
}

}  // namespace
}  // namespace herald
