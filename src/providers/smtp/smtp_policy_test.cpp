#include "providers/smtp/smtp_policy.hpp"

#include <gtest/gtest.h>

namespace herald
{
namespace
{

SmtpTrouble answered(SmtpStep step, int code, std::string enhanced = {})
{
    SmtpTrouble out;
    out.step = step;
    out.cause = SmtpCause::answered;
    out.code = code;
    out.enhanced = std::move(enhanced);
    return out;
}

SmtpTrouble without_answer(SmtpStep step, SmtpCause cause)
{
    SmtpTrouble out;
    out.step = step;
    out.cause = cause;
    return out;
}

constexpr SmtpStep kBefore[] = {SmtpStep::connect, SmtpStep::greeting, SmtpStep::hello,     SmtpStep::tls,
                                SmtpStep::login,   SmtpStep::sender,   SmtpStep::recipient, SmtpStep::data};

TEST(SmtpPolicy, a_refusal_for_now_is_retryable_at_every_step)
{
    for (const auto step : kBefore) EXPECT_EQ(status_of(answered(step, 450)), SendStatus::retryable);
    EXPECT_EQ(status_of(answered(SmtpStep::content, 451)), SendStatus::retryable);
    EXPECT_EQ(status_of(answered(SmtpStep::content, 421)), SendStatus::retryable);
}

TEST(SmtpPolicy, a_refusal_of_recipient_or_message_is_final)
{
    EXPECT_EQ(status_of(answered(SmtpStep::recipient, 550, "5.1.1")), SendStatus::rejected);
    EXPECT_EQ(status_of(answered(SmtpStep::data, 554)), SendStatus::rejected);
    EXPECT_EQ(status_of(answered(SmtpStep::content, 554, "5.7.1")), SendStatus::rejected);
}

TEST(SmtpPolicy, what_an_operator_can_mend_fails_no_message_at_once)
{
    EXPECT_EQ(status_of(answered(SmtpStep::greeting, 554)), SendStatus::retryable);
    EXPECT_EQ(status_of(answered(SmtpStep::hello, 502)), SendStatus::retryable);
    EXPECT_EQ(status_of(answered(SmtpStep::tls, 501)), SendStatus::retryable);
    EXPECT_EQ(status_of(answered(SmtpStep::login, 535, "5.7.8")), SendStatus::retryable);
    EXPECT_EQ(status_of(answered(SmtpStep::sender, 550)), SendStatus::retryable);
    EXPECT_EQ(status_of(answered(SmtpStep::recipient, 530, "5.7.0")), SendStatus::retryable);
    EXPECT_EQ(status_of(answered(SmtpStep::data, 503)), SendStatus::retryable);
    EXPECT_EQ(status_of(without_answer(SmtpStep::tls, SmtpCause::not_offered)), SendStatus::retryable);
}

TEST(SmtpPolicy, a_message_that_is_too_large_or_needs_more_than_the_server_has_is_final)
{
    EXPECT_EQ(status_of(answered(SmtpStep::sender, 552)), SendStatus::rejected);
    EXPECT_EQ(status_of(answered(SmtpStep::sender, 550, "5.3.4")), SendStatus::rejected);
    EXPECT_EQ(status_of(without_answer(SmtpStep::sender, SmtpCause::cannot_take)), SendStatus::rejected);
}

TEST(SmtpPolicy, silence_loss_and_nonsense_are_uncertain_only_once_the_message_may_have_left)
{
    for (const auto cause : {SmtpCause::lost, SmtpCause::timed_out, SmtpCause::nonsense})
    {
        for (const auto step : kBefore) EXPECT_EQ(status_of(without_answer(step, cause)), SendStatus::retryable);
        EXPECT_EQ(status_of(without_answer(SmtpStep::content, cause)), SendStatus::uncertain);
    }
    EXPECT_EQ(status_of(answered(SmtpStep::content, 354)), SendStatus::uncertain);
    EXPECT_EQ(status_of(answered(SmtpStep::data, 250)), SendStatus::retryable);
}

TEST(SmtpPolicy, says_the_step_and_the_codes)
{
    EXPECT_EQ(describe(answered(SmtpStep::recipient, 550, "5.1.1")), "RCPT: 550 5.1.1");
    EXPECT_EQ(describe(answered(SmtpStep::login, 535)), "login: 535");
    EXPECT_EQ(describe(without_answer(SmtpStep::content, SmtpCause::timed_out)), "message: timed out");
    auto refused = without_answer(SmtpStep::connect, SmtpCause::lost);
    refused.more = "Connection refused";
    EXPECT_EQ(describe(refused), "connect: not reached (Connection refused)");
}

}  // namespace
}  // namespace herald
