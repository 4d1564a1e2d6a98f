#include "domain/recipients/suppression.hpp"

namespace herald
{

std::string_view to_string(SuppressionReason reason)
{
    switch (reason)
    {
        case SuppressionReason::hard_bounce:
            return "hard_bounce";
        case SuppressionReason::complaint:
            return "complaint";
        case SuppressionReason::unsubscribed:
            return "unsubscribed";
        case SuppressionReason::stop:
            return "stop";
    }
    return "unknown";
}

std::optional<SuppressionReason> parse_suppression_reason(std::string_view text)
{
    for (const auto reason : kAllSuppressionReasons)
        if (to_string(reason) == text) return reason;
    return std::nullopt;
}

}  // namespace herald
