#include "providers/smtp/smtp_policy.hpp"

#include <fmt/format.h>

namespace herald
{
namespace
{

std::string_view name_of(SmtpStep step)
{
    switch (step)
    {
        case SmtpStep::connect:
            return "connect";
        case SmtpStep::greeting:
            return "greeting";
        case SmtpStep::hello:
            return "EHLO";
        case SmtpStep::tls:
            return "TLS";
        case SmtpStep::login:
            return "login";
        case SmtpStep::sender:
            return "MAIL";
        case SmtpStep::recipient:
            return "RCPT";
        case SmtpStep::data:
            return "DATA";
        case SmtpStep::content:
            return "message";
    }
    return "";
}

// Refusals that are about the connection's order or its login (RFC 5321 section 4.2.2, RFC 4954 section 6), whatever
// command they answer: nothing about the message.
bool is_about_us(int code)
{
    return code == 503 || code == 530 || code == 534 || code == 535 || code == 538;
}

SendStatus refused(const SmtpTrouble& trouble)
{
    switch (trouble.step)
    {
        // The server does not want us, here and now. An operator can mend that, so no message fails for it at once.
        case SmtpStep::connect:
        case SmtpStep::greeting:
        case SmtpStep::hello:
        case SmtpStep::tls:
        case SmtpStep::login:
            return SendStatus::retryable;
        // A refused sender is our domain's standing with the server, shared by all its messages; size is this one's.
        case SmtpStep::sender:
            return trouble.code == 552 || trouble.enhanced == "5.3.4" ? SendStatus::rejected : SendStatus::retryable;
        case SmtpStep::recipient:
        case SmtpStep::data:
            return is_about_us(trouble.code) ? SendStatus::retryable : SendStatus::rejected;
        case SmtpStep::content:
            return SendStatus::rejected;
    }
    return SendStatus::retryable;
}

}  // namespace

SendStatus status_of(const SmtpTrouble& trouble)
{
    const bool may_have_left = trouble.step == SmtpStep::content;
    switch (trouble.cause)
    {
        case SmtpCause::answered:
            if (trouble.code >= 500) return refused(trouble);
            if (trouble.code >= 400) return SendStatus::retryable;
            // A good answer, but to another question.
            return may_have_left ? SendStatus::uncertain : SendStatus::retryable;
        case SmtpCause::lost:
        case SmtpCause::timed_out:
        case SmtpCause::nonsense:
            return may_have_left ? SendStatus::uncertain : SendStatus::retryable;
        case SmtpCause::not_offered:
            return SendStatus::retryable;
        case SmtpCause::cannot_take:
            return SendStatus::rejected;
    }
    return SendStatus::retryable;
}

std::string describe(const SmtpTrouble& trouble)
{
    const auto step = name_of(trouble.step);
    const auto with_reason = [&](std::string_view what)
    {
        return trouble.more.empty() ? fmt::format("{}: {}", step, what)
                                    : fmt::format("{}: {} ({})", step, what, trouble.more);
    };
    switch (trouble.cause)
    {
        case SmtpCause::answered:
            return with_reason(trouble.enhanced.empty() ? std::to_string(trouble.code)
                                                        : fmt::format("{} {}", trouble.code, trouble.enhanced));
        case SmtpCause::lost:
            return with_reason(trouble.step <= SmtpStep::connect ? "not reached" : "connection lost");
        case SmtpCause::timed_out:
            return with_reason("timed out");
        case SmtpCause::nonsense:
            return with_reason("not an SMTP reply");
        case SmtpCause::not_offered:
        case SmtpCause::cannot_take:
            return with_reason("not offered by the server");
    }
    return std::string(step);
}

}  // namespace herald
