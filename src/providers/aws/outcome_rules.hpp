// What a provider's answers mean for a message, from a file of rules: data, so that a rule can be read, judged and
// mended by somebody who does not read the code. The form is described at the top of ses_outcomes.txt.
//
// Immutable after construction, so thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "providers/aws/aws_answer.hpp"
#include "providers/provider.hpp"

namespace herald
{

class OutcomeRules
{
public:
    // Fails (validation) naming the line: not of the form, without a reason, or behind one that takes all it could
    // take. Every file must end in a rule for each of 3xx, 4xx, 5xx, unreadable, not_sent and no_answer, so that there
    // is one for any answer.
    static Result<OutcomeRules> parse(std::string_view text);

    // Of an answer that is not `taken`.
    [[nodiscard]] SendStatus decide(const AwsAnswer& answer) const;

private:
    struct Rule
    {
        std::string answer;
        std::string words;  // of the explanation; empty: any
        SendStatus status = SendStatus::retryable;
    };
    static Result<Rule> parse_rule(std::string_view line, std::size_t number);

    std::vector<Rule> rules_;
};

}  // namespace herald
