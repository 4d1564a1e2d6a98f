#include "providers/outcome_rules.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace herald
{
namespace
{

constexpr std::string_view kBlank = " \t\r";
constexpr std::array<std::string_view, 6> kAnyAnswer{"3xx", "4xx", "5xx", "unreadable", "not_sent", "no_answer"};

std::string_view trim(std::string_view text)
{
    const auto first = text.find_first_not_of(kBlank);
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Takes what stands before the next blank, and the blanks.
std::string_view take_word(std::string_view& rest)
{
    const auto word = rest.substr(0, rest.find_first_of(kBlank));
    rest = trim(rest.substr(word.size()));
    return word;
}

std::optional<SendStatus> parse_outcome(std::string_view word)
{
    if (word == "rejected") return SendStatus::rejected;
    if (word == "retryable") return SendStatus::retryable;
    if (word == "uncertain") return SendStatus::uncertain;
    return std::nullopt;
}

bool is_answer(std::string_view what, const ProviderAnswer& answer)
{
    switch (answer.kind)
    {
        case ProviderAnswer::Kind::refused:
            return what == answer.code || what == std::to_string(answer.status) ||
                   what == fmt::format("{}xx", answer.status / 100);
        case ProviderAnswer::Kind::unreadable:
            return what == "unreadable";
        case ProviderAnswer::Kind::no_answer:
            return what == "no_answer";
        case ProviderAnswer::Kind::not_sent:
            return what == "not_sent";
        case ProviderAnswer::Kind::taken:
            break;
    }
    return false;
}

Failure wrong(std::size_t line, std::string_view why)
{
    return fail(ErrorKind::validation, fmt::format("line {}: {}", line, why));
}

}  // namespace

std::string describe(const ProviderAnswer& answer)
{
    switch (answer.kind)
    {
        case ProviderAnswer::Kind::taken:
            return std::to_string(answer.status);
        case ProviderAnswer::Kind::refused:
            return answer.code.empty() ? std::to_string(answer.status)
                                       : fmt::format("{} {}", answer.status, answer.code);
        case ProviderAnswer::Kind::unreadable:
            return fmt::format("{} without a message id", answer.status);
        case ProviderAnswer::Kind::no_answer:
            return fmt::format("no answer: {}", answer.trouble);
        case ProviderAnswer::Kind::not_sent:
            return fmt::format("not sent: {}", answer.trouble);
    }
    return {};
}

Result<OutcomeRules::Rule> OutcomeRules::parse_rule(std::string_view line, std::size_t number)
{
    const auto hash = line.find('#');
    if (hash == std::string_view::npos || trim(line.substr(hash + 1)).empty())
        return wrong(number, "no reason is given");
    auto rest = trim(line.substr(0, hash));
    Rule rule;
    rule.answer = take_word(rest);
    if (rest.starts_with('"'))
    {
        const auto end = rest.find('"', 1);
        if (end == std::string_view::npos) return wrong(number, "the words have no end");
        rule.words = rest.substr(1, end - 1);
        rest = trim(rest.substr(end + 1));
    }
    const auto status = parse_outcome(rest);
    if (!status) return wrong(number, "the outcome must be rejected, retryable or uncertain");
    rule.status = *status;
    return rule;
}

Result<OutcomeRules> OutcomeRules::parse(std::string_view text)
{
    OutcomeRules out;
    for (std::size_t number = 1; !text.empty(); ++number)
    {
        const auto end = text.find('\n');
        const auto line = trim(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty() || line.starts_with('#')) continue;
        auto rule = parse_rule(line, number);
        if (!rule) return Failure(std::move(rule.error()));
        const auto hides = [&rule](const Rule& earlier)
        {
            return earlier.answer == rule->answer && (earlier.words.empty() || earlier.words == rule->words);
        };
        if (std::ranges::any_of(out.rules_, hides)) return wrong(number, "an earlier line takes all of it");
        out.rules_.push_back(*std::move(rule));
    }
    for (const auto what : kAnyAnswer)
    {
        const auto is_it = [what](const Rule& rule)
        {
            return rule.answer == what && rule.words.empty();
        };
        if (std::ranges::none_of(out.rules_, is_it))
            return fail(ErrorKind::validation, fmt::format("there is no rule for {}", what));
    }
    return out;
}

SendStatus OutcomeRules::decide(const ProviderAnswer& answer) const
{
    for (const auto& rule : rules_)
        if (is_answer(rule.answer, answer) && answer.explanation.find(rule.words) != std::string::npos)
            return rule.status;
    return SendStatus::uncertain;  // a status outside of HTTP
}

}  // namespace herald
