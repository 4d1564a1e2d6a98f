// What can happen to a message: the kinds of notification_events.
#pragma once

#include <cstdint>
#include <string_view>

namespace herald
{

// Stored as smallint with these numbers.
enum class EventKind : std::int16_t
{
    accepted = 1,
    attempt_started = 2,  // claimed by a worker, about to be handed to a provider
    handed_over = 3,
    attempt_uncertain = 4,  // it may have left: the process died or the provider never answered
    attempt_failed = 5,     // not taken; tried again later
    receipt = 6,
    gave_up = 7,  // technical failure
    callback_delivered = 8,
    callback_failed = 9,  // tried again later
    callback_gave_up = 10,
    suppressed = 11,  // over without a provider: the service does not write to this recipient any more
    complaint = 12,   // the recipient said to the provider that it was unwanted
    cancelled = 13,   // before it left: its job was, or it was taken back itself
    timed_out = 14,   // nobody told what became of it: temporary failure
    requeued = 15,    // it was in no queue, and is in one again
};

// A sentence for `herald notification explain`.
constexpr std::string_view describe(EventKind kind)
{
    switch (kind)
    {
        case EventKind::accepted:
            return "accepted";
        case EventKind::attempt_started:
            return "a worker took it to hand it to a provider";
        case EventKind::handed_over:
            return "the provider took it";
        case EventKind::attempt_uncertain:
            return "uncertain whether the provider took it";
        case EventKind::attempt_failed:
            return "the provider did not take it; another try is scheduled";
        case EventKind::receipt:
            return "the provider reported its fate";
        case EventKind::gave_up:
            return "given up";
        case EventKind::callback_delivered:
            return "the service was told";
        case EventKind::callback_failed:
            return "the service could not be told; another try is scheduled";
        case EventKind::callback_gave_up:
            return "the service could not be told; given up";
        case EventKind::cancelled:
            return "cancelled before it left";
        case EventKind::complaint:
            return "the recipient complained about it to the provider";
        case EventKind::timed_out:
            return "nobody told what became of it";
        case EventKind::requeued:
            return "it had fallen out of the queue, and was put back";
        case EventKind::suppressed:
            return "not sent: the recipient is suppressed";
    }
    return "unknown";
}

}  // namespace herald
