#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "tests/simulation/tables.hpp"

namespace herald::simulation
{

namespace
{

std::string join(std::vector<std::string> parts)
{
    std::ranges::sort(parts);
    std::string all;
    for (const auto& part : parts) all += " " + part;
    return all;
}

std::vector<Event> in_order(std::vector<Event> events)
{
    std::ranges::sort(events, {}, [](const Event& one) { return std::tuple(one.at, one.kind, one.status); });
    return events;
}

}  // namespace

std::string Tables::places_of(NotificationId id) const
{
    std::string all;
    if (ready_.contains(ready_key(messages_.at(id)))) all += 'R';
    if (leases_.contains(id)) all += 'L';
    for (const auto& [when, attempt] : retries_) all += when.second == id ? "T" : "";
    for (const auto& [reference, awaited] : awaiting_) all += awaited.id == id ? "A" : "";
    for (const auto& [number, unmatched] : unmatched_) all += unmatched.receipt.notification_id == id ? "W" : "";
    return all;
}

std::string Tables::describe(NotificationId id) const
{
    const Message& message = messages_.at(id);
    auto all = fmt::format("{} {}/{}/{} {}", static_cast<int>(message.status), message.sent_by, message.reference,
                           message.response, message.billable_units);
    const auto attempt_text = [](char place, const Attempt& attempt)
    {
        return fmt::format(" {}{}{}", place, attempt.number, attempt.uncertain ? "u" : "");
    };
    if (const auto ready = ready_.find(ready_key(message)); ready != ready_.end())
        all += attempt_text('R', ready->second);
    if (const auto lease = leases_.find(id); lease != leases_.end()) all += attempt_text('L', lease->second.attempt);
    for (const auto& [when, attempt] : retries_)
    {
        if (when.second == id) all += attempt_text('T', attempt);
    }
    std::vector<std::string> receipts;
    for (const auto& [reference, awaited] : awaiting_)
    {
        if (awaited.id == id) receipts.push_back(fmt::format("A{}/{}", reference.first, reference.second));
    }
    for (const auto& [number, unmatched] : unmatched_)
    {
        const Receipt& kept = unmatched.receipt;
        if (kept.notification_id == id)
            receipts.push_back(fmt::format("W{}/{}/{}", kept.provider, kept.reference, static_cast<int>(kept.status)));
    }
    all += join(std::move(receipts));
    for (const Event& event : in_order(events_.at(id)))
        all += fmt::format(" {}:{}:{}", static_cast<int>(event.kind), event.attempt.value_or(0), event.provider);
    return all;
}

}  // namespace herald::simulation
