#include "providers/capture/capture_script.hpp"

#include <algorithm>

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

}  // namespace

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
