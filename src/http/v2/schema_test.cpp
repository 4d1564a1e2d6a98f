#include "http/v2/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald::http::v2
{
namespace
{

using ::testing::ElementsAre;

json::value parsed(std::string_view text)
{
    return *parse_json(text);
}

std::vector<std::string> messages_of(const Result<void>& result)
{
    if (result) return {};
    std::vector<std::string> all{result.error().message};
    all.insert(all.end(), result.error().more.begin(), result.error().more.end());
    return all;
}

const std::vector<Field> kFields{{"reference", false, check_reference},
                                 {"template_id", true, check_uuid},
                                 {"personalisation", false, check_object_type}};

TEST(Schema, ListsEveryFaultInTheOrderOfTheSchema)
{
    const auto result = check_object(parsed(R"({"personalisation": 1, "reference": null, "b": 1, "a": 2})"), kFields);
    EXPECT_THAT(messages_of(result),
                ElementsAre("reference None is not of type string", "personalisation 1 is not of type object",
                            "template_id is a required property",
                            "Additional properties are not allowed (a, b were unexpected)"));
}

TEST(Schema, SaysTheSameThingOnce)
{
    const std::vector<Field> twice{{"x", false, check_uuid}, {"x", false, check_uuid}};
    EXPECT_THAT(messages_of(check_object(parsed(R"({"x": 5})"), twice)), ElementsAre("x is not a valid UUID"));
}

TEST(Schema, ShowsValuesAsTheFamilyDoes)
{
    EXPECT_EQ(display(parsed(R"({"a": [1, 1.5, true, null, "x"]})")), "{a: [1, 1.5, True, None, x]}");
}

TEST(Schema, CutsQuotesOutOfMessages)
{
    EXPECT_THAT(messages_of(check_object(
                    parsed(R"({"template_id": "9c4a8a3e-0000-4000-8000-000000000000", "it's": 1})"), kFields)),
                ElementsAre("Additional properties are not allowed (its was unexpected)"));
}

TEST(Schema, AReferenceHasUpTo1000Characters)
{
    std::string longest;
    for (int i = 0; i < 1000; ++i) longest += "é";
    EXPECT_EQ(check_reference(json::value(longest)), std::nullopt);
    EXPECT_EQ(check_reference(json::value(longest + "x")), longest + "x is too long");
}

TEST(Schema, AnEmptyBodyOfAnyTypeIsAnEmptyObject)
{
    for (const auto* text : {"null", "false", "0", "0.0", "\"\"", "[]", "{}"})
        EXPECT_EQ(empty_as_object(parsed(text)), json::value(json::object())) << text;
    EXPECT_THAT(messages_of(check_object(empty_as_object(parsed("[1]")), kFields)),
                ElementsAre("[1] is not of type object"));
}

TEST(Schema, OnlyPlainHttpsAddressesArePassedOn)
{
    EXPECT_EQ(check_https_url(json::value("https://example.gov/stop?id=1")), std::nullopt);
    EXPECT_EQ(check_https_url(json::value("https://" + std::string(1992, ','))), std::nullopt);
    EXPECT_NE(check_https_url(json::value("https://" + std::string(1993, 'x'))), std::nullopt);
    for (const auto* text :
         {"http://example.gov", "https://", "https://a b", "https://a\r\nBcc: x", "https://<a>", "ftp://x"})
        EXPECT_EQ(check_https_url(json::value(text)), "is not a valid https url") << text;
}

TEST(QueryCheck, WhatWasNotAskedForIsUnexpected)
{
    Query query;
    query.add("zeta", "1");
    query.add("status", "a");
    query.add("zeta", "2");
    query.add("status", "b");
    query.add("alpha", "");
    QueryCheck check(query);
    EXPECT_EQ(check.first("status"), "a");
    EXPECT_THAT(check.all("status"), ElementsAre("a", "b"));
    check.report("status is odd");
    check.report("status is odd");
    EXPECT_THAT(messages_of(check.result()),
                ElementsAre("status is odd", "Additional properties are not allowed (alpha, zeta were unexpected)"));
}

}  // namespace
}  // namespace herald::http::v2
