#include "providers/outcome_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "embedded/files.hpp"

namespace herald
{
namespace
{

using testing::HasSubstr;
using Kind = ProviderAnswer::Kind;

constexpr std::string_view kEnd =
    "3xx retryable # a\n4xx retryable # b\n5xx uncertain # c\n"
    "unreadable uncertain # d\nnot_sent retryable # e\nno_answer uncertain # f\n";

OutcomeRules rules(std::string_view text)
{
    return OutcomeRules::parse(text).value();
}

ProviderAnswer refused(int status, std::string code = {}, std::string explanation = {})
{
    ProviderAnswer answer;
    answer.kind = Kind::refused;
    answer.status = status;
    answer.code = std::move(code);
    answer.explanation = std::move(explanation);
    return answer;
}

ProviderAnswer without_answer(Kind kind)
{
    ProviderAnswer answer;
    answer.kind = kind;
    return answer;
}

std::string trouble_with(std::string_view text)
{
    const auto parsed = OutcomeRules::parse(text);
    return parsed ? "" : parsed.error().message;
}

}  // namespace

TEST(OutcomeRules, the_first_line_that_fits_decides)
{
    const auto mine = rules(
        "# what they mean\n\n"
        "Busy rejected # by code\r\n"
        "Odd \"full moon\" uncertain # by words\n"
        "Odd rejected # else\n"
        "503 retryable # by status\n" +
        std::string(kEnd));
    EXPECT_EQ(mine.decide(refused(503, "Busy")), SendStatus::rejected);
    EXPECT_EQ(mine.decide(refused(503, "Other")), SendStatus::retryable);
    EXPECT_EQ(mine.decide(refused(500, "Other")), SendStatus::uncertain);
    EXPECT_EQ(mine.decide(refused(400, "Odd", "there is a full moon")), SendStatus::uncertain);
    EXPECT_EQ(mine.decide(refused(400, "Odd", "full\nmoon")), SendStatus::rejected);
    EXPECT_EQ(mine.decide(refused(418)), SendStatus::retryable);
    EXPECT_EQ(mine.decide(refused(302)), SendStatus::retryable);
    EXPECT_EQ(mine.decide(refused(999)), SendStatus::uncertain);
}

TEST(OutcomeRules, cover_what_there_was_instead_of_an_answer)
{
    const auto mine = rules(kEnd);
    EXPECT_EQ(mine.decide(without_answer(Kind::not_sent)), SendStatus::retryable);
    EXPECT_EQ(mine.decide(without_answer(Kind::no_answer)), SendStatus::uncertain);
    EXPECT_EQ(mine.decide(without_answer(Kind::unreadable)), SendStatus::uncertain);
}

TEST(OutcomeRules, say_which_line_is_wrong)
{
    const std::string end(kEnd);
    EXPECT_EQ(trouble_with("X rejected\n" + end), "line 1: no reason is given");
    EXPECT_EQ(trouble_with("\nX rejected #  \n" + end), "line 2: no reason is given");
    EXPECT_THAT(trouble_with("X accepted # no\n" + end), HasSubstr("line 1: the outcome must be"));
    EXPECT_THAT(trouble_with("X # no\n" + end), HasSubstr("line 1: the outcome must be"));
    EXPECT_EQ(trouble_with("X \"words rejected # no\n" + end), "line 1: the words have no end");
    EXPECT_EQ(trouble_with("X rejected # a\nX \"y\" retryable # b\n" + end), "line 2: an earlier line takes all of it");
    EXPECT_EQ(trouble_with("5xx uncertain # only\n"), "there is no rule for 3xx");
}

TEST(OutcomeRules, of_both_services_are_of_the_form_and_agree_where_both_know_a_code)
{
    const auto ses = OutcomeRules::parse(embedded::ses_outcomes_txt);
    const auto sns = OutcomeRules::parse(embedded::sns_outcomes_txt);
    ASSERT_TRUE(ses) << ses.error().message;
    ASSERT_TRUE(sns) << sns.error().message;
    for (const char* code : {"ServiceUnavailable", "InternalFailure", "SignatureDoesNotMatch", "RequestExpired"})
    {
        const int status = std::string_view(code) == "ServiceUnavailable" ? 503 : 403;
        EXPECT_EQ(ses->decide(refused(status, code)), sns->decide(refused(status, code))) << code;
    }
    for (const auto* both : {&*ses, &*sns})
    {
        EXPECT_EQ(both->decide(without_answer(Kind::no_answer)), SendStatus::uncertain);
        EXPECT_EQ(both->decide(without_answer(Kind::not_sent)), SendStatus::retryable);
        EXPECT_EQ(both->decide(without_answer(Kind::unreadable)), SendStatus::uncertain);
        EXPECT_EQ(both->decide(refused(429)), SendStatus::retryable);
        EXPECT_EQ(both->decide(refused(502)), SendStatus::uncertain);
    }
}

}  // namespace herald
