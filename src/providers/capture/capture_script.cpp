#include "providers/capture/capture_script.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace herald
{
namespace
{

bool matches(const CaptureRule& rule, std::string_view recipient)
{
    const std::string_view pattern = rule.recipient;
    if (pattern.empty()) return true;
    return pattern.front() == '*' ? recipient.ends_with(pattern.substr(1)) : recipient == pattern;
}

constexpr std::int64_t kMostNumber = 86'400'000;  // a day of milliseconds

using Answer = std::pair<std::string_view, CaptureAnswer>;
constexpr std::array kAnswers = {Answer("accept", CaptureAnswer::accept), Answer("reject", CaptureAnswer::reject),
                                 Answer("retry", CaptureAnswer::retry), Answer("throttle", CaptureAnswer::throttle),
                                 Answer("uncertain", CaptureAnswer::uncertain)};

using Told = std::pair<std::string_view, CaptureReceipt>;
constexpr std::array kReceipts = {
    Told("after_answer", CaptureReceipt::after_answer), Told("before_answer", CaptureReceipt::before_answer),
    Told("twice", CaptureReceipt::twice), Told("lost", CaptureReceipt::lost), Told("never", CaptureReceipt::never)};

Failure wrong_word(std::string_view word, std::string_view allowed)
{
    return fail(ErrorKind::validation,
                fmt::format("capture.script: '{}' is not understood; allowed is {}", word, allowed));
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators)
{
    std::vector<std::string_view> parts;
    while (!text.empty())
    {
        const auto end = text.find_first_of(separators);
        if (end != 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

std::optional<std::int64_t> parse_number(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || number < 0 || number > kMostNumber) return std::nullopt;
    return number;
}

template <class Value, std::size_t N>
bool read_name(std::string_view text, const std::array<std::pair<std::string_view, Value>, N>& names, Value& value)
{
    const auto found = std::ranges::find(names, text, &std::pair<std::string_view, Value>::first);
    if (found == names.end()) return false;
    value = found->second;
    return true;
}

// False: there is no such name, or the value is not one of its own.
bool read_word(std::string_view name, std::string_view value, CaptureRule& rule)
{
    if (name == "answer") return read_name(value, kAnswers, rule.answer);
    if (name == "receipt") return read_name(value, kReceipts, rule.receipt);
    if (name == "status")
    {
        rule.status = parse_status(value);
        return rule.status.has_value();
    }
    const auto number = parse_number(value);
    if (!number) return false;
    if (name == "answer_after_ms")
        rule.answer_after = std::chrono::milliseconds(*number);
    else if (name == "receipt_after_ms")
        rule.receipt_after = std::chrono::milliseconds(*number);
    else if (name == "fail_first")
        rule.fail_first = static_cast<int>(*number);
    else
        return false;
    return true;
}

Result<CaptureRule> parse_rule(std::string_view recipient, std::span<const std::string_view> words)
{
    CaptureRule rule;
    if (recipient.contains('=')) return wrong_word(recipient, "a recipient first: *, *@slow.example or +12025550123");
    if (recipient != "*") rule.recipient = recipient;
    for (const auto word : words)
    {
        const auto equals = word.find('=');
        if (equals != std::string_view::npos && read_word(word.substr(0, equals), word.substr(equals + 1), rule))
            continue;
        return wrong_word(word,
                          "answer=accept|reject|retry|throttle|uncertain, answer_after_ms=N, fail_first=N, "
                          "receipt=after_answer|before_answer|twice|lost|never, receipt_after_ms=N, status=STATUS");
    }
    return rule;
}

}  // namespace

Result<CaptureScript> parse_capture_script(std::string_view text)
{
    constexpr std::string_view kLimit = "max_sends_per_second=";
    CaptureScript script;
    for (const auto part : split(text, ";\n"))
    {
        const auto words = split(part, " \t\r");
        if (words.empty()) continue;
        if (words.size() == 1 && words[0].starts_with(kLimit))
        {
            const auto limit = parse_number(words[0].substr(kLimit.size()));
            if (!limit) return wrong_word(words[0], "max_sends_per_second=N");
            script.max_sends_per_second = static_cast<int>(*limit);
            continue;
        }
        auto rule = parse_rule(words[0], std::span(words).subspan(1));
        if (!rule) return Failure(std::move(rule.error()));
        script.rules.push_back(std::move(*rule));
    }
    return script;
}

const CaptureRule& CaptureScript::rule_for(std::string_view recipient) const
{
    static const CaptureRule accept;
    const auto found = std::ranges::find_if(rules, [&](const CaptureRule& rule) { return matches(rule, recipient); });
    return found == rules.end() ? accept : *found;
}

NotificationStatus simulated_outcome(Channel channel, std::string_view recipient)
{
    if (channel == Channel::email)
    {
        if (recipient == "perm-fail@simulator.notify") return NotificationStatus::permanent_failure;
        if (recipient == "temp-fail@simulator.notify") return NotificationStatus::temporary_failure;
        return NotificationStatus::delivered;
    }
    if (recipient.ends_with("2028675302")) return NotificationStatus::permanent_failure;
    if (recipient.ends_with("2028675303")) return NotificationStatus::temporary_failure;
    return NotificationStatus::delivered;
}

}  // namespace herald
