// Whatever SES or SNS send: what is read from it may go into logs and the database, an answer is taken only with a
// reference, and each one has a rule. The first byte is the status's first digit, the second whether the body was cut.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "embedded/files.hpp"
#include "providers/aws/aws_answer.hpp"
#include "providers/outcome_rules.hpp"

namespace
{

void require(bool condition)
{
    if (!condition) std::abort();
}

void require_plain(std::string_view text)
{
    for (const char c : text) require(c > 0x20 && c < 0x7f && c != '@' && c != '+');
}

void judge(const herald::ProviderAnswer& answer, const herald::OutcomeRules& rules)
{
    using Kind = herald::ProviderAnswer::Kind;
    require_plain(answer.code);
    require_plain(answer.reference);
    require((answer.kind == Kind::taken) == !answer.reference.empty());
    if (answer.kind == Kind::taken) return;
    const auto status = rules.decide(answer);
    require(status != herald::SendStatus::accepted);
    if (answer.kind == Kind::unreadable) require(status == herald::SendStatus::uncertain);
    require(herald::describe(answer).size() < 200);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto ses_rules = herald::OutcomeRules::parse(herald::embedded::ses_outcomes_txt).value();
    static const auto sns_rules = herald::OutcomeRules::parse(herald::embedded::sns_outcomes_txt).value();
    if (size < 2) return 0;
    herald::HttpResponse response;
    response.status = (data[0] % 5 + 1) * 100;
    if (data[1] == '!') response.error = "cut";
    const std::string input(data + 2, data + size);
    const auto line = input.find('\n');
    response.headers.emplace_back("x-amzn-errortype", input.substr(0, line));
    response.body = line == std::string::npos ? input : input.substr(line + 1);
    judge(herald::read_ses_answer(response), ses_rules);
    judge(herald::read_sns_answer(response), sns_rules);
    return 0;
}
