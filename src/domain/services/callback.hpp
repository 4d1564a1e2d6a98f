// What a service may be told, and what can come of telling it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace herald
{

enum class CallbackType
{
    delivery_status,  // a message has its final status
    complaint,        // a recipient did not want it
    inbound_sms,      // a text has come in
};

inline constexpr std::array kCallbackTypes = {CallbackType::delivery_status, CallbackType::complaint,
                                              CallbackType::inbound_sms};

// The name on the command line and in the database.
constexpr std::string_view to_string(CallbackType type)
{
    switch (type)
    {
        case CallbackType::delivery_status:
            return "delivery_status";
        case CallbackType::complaint:
            return "complaint";
        case CallbackType::inbound_sms:
            return "inbound_sms";
    }
    return "unknown";
}

constexpr std::optional<CallbackType> parse_callback_type(std::string_view name)
{
    for (const CallbackType type : kCallbackTypes)
        if (to_string(type) == name) return type;
    return std::nullopt;
}

// All of them.
inline std::vector<std::string> callback_type_names()
{
    std::vector<std::string> names;
    for (const CallbackType type : kCallbackTypes) names.emplace_back(to_string(type));
    return names;
}

// Stored as smallint with these numbers.
enum class CallbackOutcome : std::int16_t
{
    told = 1,
    retry = 2,  // tried again later
    gave_up = 3,
    held = 4,  // the endpoint is paused: the try does not count
};

// Also the label of herald_callback_attempts_total.
constexpr std::string_view to_string(CallbackOutcome outcome)
{
    switch (outcome)
    {
        case CallbackOutcome::told:
            return "delivered";
        case CallbackOutcome::retry:
            return "retry";
        case CallbackOutcome::gave_up:
            return "gave_up";
        case CallbackOutcome::held:
            return "held";
    }
    return "unknown";
}

}  // namespace herald
