// What a provider's answers mean for a message, from a file of rules: data, so that a rule can be read, judged and
// mended by somebody who does not read the code. The form is described at the top of aws/ses_outcomes.txt.
//
// Immutable after construction, so thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "providers/provider.hpp"

namespace herald
{

// What became of one hand-over, as far as it decides about the message.
struct ProviderAnswer
{
    enum class Kind
    {
        taken,       // `reference` is the provider's name for the message
        refused,     // `status` and, mostly, `code` say why
        unreadable,  // a good status, but no message id
        no_answer,   // the request may have arrived; `trouble` says what happened
        not_sent,    // nothing of it left; likewise
    };
    Kind kind = Kind::not_sent;
    int status = 0;           // of HTTP; 0: none
    std::string code;         // "MessageRejected"; empty: none that can be read
    std::string explanation;  // personal data: never log it
    std::string reference;
    std::string trouble;  // of the connection; no personal data
};

// For the event and the log: "400 MessageRejected", "no answer: Timeout was reached".
std::string describe(const ProviderAnswer& answer);

class OutcomeRules
{
public:
    // Fails (validation) naming the line: not of the form, without a reason, or behind one that takes all it could
    // take. Every file must end in a rule for each of 3xx, 4xx, 5xx, unreadable, not_sent and no_answer, so that there
    // is one for any answer.
    static Result<OutcomeRules> parse(std::string_view text);

    // Of an answer that is not `taken`.
    [[nodiscard]] SendStatus decide(const ProviderAnswer& answer) const;

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
