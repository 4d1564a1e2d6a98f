// What a CaptureProvider pretends: how it answers, and what it tells later. Plain data; the functions are pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "domain/notifications/notification.hpp"

namespace herald
{

enum class CaptureAnswer
{
    accept,
    reject,
    retry,      // not taken, try again later
    throttle,   // the same, said as providers say it when one sends too fast
    uncertain,  // taken, but the answer is lost
};

enum class CaptureReceipt
{
    after_answer,
    before_answer,
    twice,
    lost,   // none comes, but look_up knows it
    never,  // none comes and look_up knows nothing
};

struct CaptureRule
{
    std::string recipient;  // normalised; "*..." matches the end; empty: everyone
    std::chrono::milliseconds answer_after{0};
    int fail_first = 0;  // so many sends of each message are answered with `retry`, before `answer` comes true
    CaptureAnswer answer = CaptureAnswer::accept;
    CaptureReceipt receipt = CaptureReceipt::after_answer;
    std::chrono::milliseconds receipt_after{0};  // counted from the answer
    std::optional<NotificationStatus> status;    // of the receipt; nullopt: simulated_outcome()
};

struct CaptureScript
{
    std::vector<CaptureRule> rules;  // the first that matches; none: accepted at once, receipt right after
    int max_sends_per_second = 0;    // more are throttled; 0: no limit

    [[nodiscard]] const CaptureRule& rule_for(std::string_view recipient) const;
};

// A script as people write it: rules apart by ";" or line breaks, each a recipient (normalised, "*" for everyone,
// "*..." for an end) and what is pretended for it, in words "name=value":
//
//     answer=accept|reject|retry|throttle|uncertain  answer_after_ms=N  fail_first=N
//     receipt=after_answer|before_answer|twice|lost|never  receipt_after_ms=N  status=delivered|permanent-failure|...
//
// A rule "max_sends_per_second=N" is for all of them. Empty text: no rules. validation: names the word that is wrong.
Result<CaptureScript> parse_capture_script(std::string_view text);

// The outcome that the family's magic recipients stand for; delivered for every other. `recipient` is normalised.
NotificationStatus simulated_outcome(Channel channel, std::string_view recipient);

}  // namespace herald
