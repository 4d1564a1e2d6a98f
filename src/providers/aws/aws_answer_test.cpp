#include "providers/aws/aws_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald
{
namespace
{

using Kind = ProviderAnswer::Kind;

HttpResponse response(int status, std::string body, HttpHeaders headers = {})
{
    HttpResponse out;
    out.status = status;
    out.body = std::move(body);
    out.headers = std::move(headers);
    return out;
}

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, the example's answer.
constexpr std::string_view kPublished = R"(<PublishResponse xmlns="https://sns.amazonaws.com/doc/2010-03-31/">
    <PublishResult>
        <MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc0</MessageId>
    </PublishResult>
    <ResponseMetadata>
        <RequestId>d74b8436-ae13-5ab4-a9ff-ce54dfea72a0</RequestId>
    </ResponseMetadata>
</PublishResponse>)";

constexpr std::string_view kRefused = R"(<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
  <Error>
    <Type>Sender</Type>
    <Code>InvalidParameter</Code>
    <Message>Invalid parameter: PhoneNumber Reason: +12025550143 is &lt;not&gt; valid &amp; so on</Message>
  </Error>
  <RequestId>8dc1f5a2-7d5c-5b0e-9f0a-a2c4e3d1b5c6</RequestId>
</ErrorResponse>)";

}  // namespace

TEST(SesAnswer, that_took_the_message_has_its_id)
{
    const auto answer = read_ses_answer(response(200, R"({"MessageId":"0100017e-1f2a3b4c-000000"})"));
    EXPECT_EQ(answer.kind, Kind::taken);
    EXPECT_EQ(answer.reference, "0100017e-1f2a3b4c-000000");
    EXPECT_EQ(describe(answer), "200");
}

TEST(SesAnswer, says_its_code_in_a_header_or_in_its_body)
{
    const std::string words = R"({"message":"Address not verified: a@example.org"})";
    for (const char* name :
         {"MessageRejected", "MessageRejected:http://internal.amazon.com/coral/", "com.ses#MessageRejected"})
    {
        const auto answer = read_ses_answer(response(400, words, {{"x-amzn-errortype", name}}));
        EXPECT_EQ(answer.kind, Kind::refused);
        EXPECT_EQ(answer.code, "MessageRejected") << name;
        EXPECT_EQ(answer.explanation, "Address not verified: a@example.org");
        EXPECT_EQ(describe(answer), "400 MessageRejected");
    }
    EXPECT_EQ(read_ses_answer(response(429, R"({"__type":"TooManyRequestsException"})")).code,
              "TooManyRequestsException");
    EXPECT_EQ(read_ses_answer(response(500, R"({"code":"InternalFailure"})")).code, "InternalFailure");
}

TEST(SesAnswer, has_no_code_where_there_is_nothing_that_may_be_logged)
{
    for (const char* name : {"", "a@example.org", "two words", "x\"y", "#", ":"})
    {
        const auto answer = read_ses_answer(response(400, "", {{"x-amzn-errortype", name}}));
        EXPECT_EQ(answer.code, "") << name;
        EXPECT_EQ(describe(answer), "400");
    }
    EXPECT_EQ(read_ses_answer(response(400, "", {{"x-amzn-errortype", std::string(65, 'x')}})).code, "");
    for (const char* body : {"", "[]", "null", "<html>", R"({"__type":7})", R"({"__type":null)"})
        EXPECT_EQ(read_ses_answer(response(400, body)).code, "") << body;
}

TEST(SesAnswer, without_an_id_is_unreadable)
{
    for (const char* body : {"", "{}", R"({"MessageId":""})", R"({"MessageId":1})", R"({"MessageId":"a b"})", "<x/>"})
    {
        const auto answer = read_ses_answer(response(200, body));
        EXPECT_EQ(answer.kind, Kind::unreadable) << body;
        EXPECT_EQ(answer.reference, "");
        EXPECT_EQ(describe(answer), "200 without a message id");
    }
    auto cut = response(200, R"({"MessageId":"1"})");
    cut.error = "Timeout was reached";
    EXPECT_EQ(read_ses_answer(cut).kind, Kind::unreadable);
}

TEST(ProviderAnswer, that_did_not_come_says_whether_the_message_may_have_left)
{
    auto lost = response(0, "");
    lost.error = "Timeout was reached";
    EXPECT_EQ(read_sns_answer(lost).kind, Kind::not_sent);
    EXPECT_EQ(describe(read_sns_answer(lost)), "not sent: Timeout was reached");
    lost.may_have_arrived = true;
    EXPECT_EQ(read_sns_answer(lost).kind, Kind::no_answer);
    EXPECT_EQ(describe(read_sns_answer(lost)), "no answer: Timeout was reached");
}

TEST(SnsAnswer, that_took_the_message_has_its_id)
{
    const auto answer = read_sns_answer(response(200, std::string(kPublished)));
    EXPECT_EQ(answer.kind, Kind::taken);
    EXPECT_EQ(answer.reference, "567910cd-659e-55d4-8ccb-5aaf14679dc0");
}

TEST(SnsAnswer, says_its_code_and_explains_itself)
{
    const auto answer = read_sns_answer(response(400, std::string(kRefused)));
    EXPECT_EQ(answer.kind, Kind::refused);
    EXPECT_EQ(answer.code, "InvalidParameter");
    EXPECT_THAT(answer.explanation, testing::EndsWith("is <not> valid & so on"));
    EXPECT_EQ(describe(answer), "400 InvalidParameter");
}

TEST(XmlText, finds_the_text_of_one_element_by_its_whole_path)
{
    EXPECT_EQ(xml_text("<?xml version=\"1.0\"?><a><b x='1'>one</b><b>two</b></a>", "a/b"), "one");
    EXPECT_EQ(xml_text("<a><x><b>other</b></x><b>one</b></a>", "a/b"), "one");
    EXPECT_EQ(xml_text("<a><e/><b></b></a>", "a/b"), "");
    EXPECT_EQ(xml_text("<a>&amp;lt; &unknown; &#65;</a>", "a"), "&lt; &unknown; &#65;");
    EXPECT_EQ(xml_text("<a><b>one</b></a>", "b"), std::nullopt);
    EXPECT_EQ(xml_text("<a><b>one</b></a>", "a/c"), std::nullopt);
}

TEST(XmlText, reads_no_document_that_sns_would_not_write)
{
    for (const char* text :
         {"", "<", ">", "<>", "</a>", "<a>", "<a><b>one</a>", "<a><b>one</c></a>", "<!DOCTYPE a><a><b>one</b></a>",
          "<a><!-- --><b>one</b></a>", "<a><b><![CDATA[one]]></b></a>", "{\"a\": 1}", "<a><b>one"})
        EXPECT_EQ(xml_text(text, "a/b"), std::nullopt) << text;
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<a>";
    EXPECT_EQ(xml_text(deep, "a/b"), std::nullopt);
}

}  // namespace herald
