#include <algorithm>
#include <tuple>

#include "operations/receipt_rounds.hpp"
#include "tests/simulation/tables.hpp"

namespace herald::simulation
{

namespace
{

using enum NotificationStatus;

bool is_open(NotificationStatus status)
{
    return status == created || status == sending || status == pending;
}

bool is_acceptance(const SendResult& result)
{
    return result.hand_off == HandOff::awaits_receipt || result.hand_off == HandOff::done;
}

EventKind event_of(const SendResult& result)
{
    if (is_acceptance(result)) return EventKind::handed_over;
    if (result.hand_off == HandOff::failed) return EventKind::gave_up;
    const bool uncertain = result.hand_off == HandOff::try_again && result.uncertain;
    return uncertain ? EventKind::attempt_uncertain : EventKind::attempt_failed;
}

NotificationStatus after_receipt(NotificationStatus before, NotificationStatus told)
{
    if (before == pending && told == permanent_failure) return temporary_failure;
    return told == sending ? std::max(before, told) : told;
}

}  // namespace

// A message that waits as uncertain leaves the queue.
std::optional<Tables::Attempt> Tables::take_doubt(NotificationId id)
{
    for (auto retry = retries_.begin(); retry != retries_.end(); ++retry)
    {
        if (retry->first.second != id || !retry->second.uncertain) continue;
        const Attempt attempt = retry->second;
        retries_.erase(retry);
        return attempt;
    }
    const auto ready = ready_.find(ready_key(messages_.at(id)));
    if (ready == ready_.end() || !ready->second.uncertain) return std::nullopt;
    const Attempt attempt = ready->second;
    ready_.erase(ready);
    return attempt;
}

std::vector<Tables::Settled> Tables::settle(const std::vector<const SendResult*>& results)
{
    std::vector<Settled> settled;
    std::set<NotificationId> ended;
    for (const SendResult* result : results)
    {
        const auto lease = leases_.find(result->id);
        if (lease == leases_.end()) continue;
        if (lease->second.fence != result->fence && broken_ != BrokenRule::fences) continue;
        settled.push_back({result, lease->second.attempt, false});
        ended.insert(result->id);
        leases_.erase(lease);
    }
    for (const SendResult* result : results)
    {
        if (!is_acceptance(*result) || ended.contains(result->id) || leases_.contains(result->id)) continue;
        const auto doubt = take_doubt(result->id);
        if (!doubt) continue;
        settled.push_back({result, Attempt{static_cast<std::int16_t>(doubt->number - 1), doubt->uncertain}, true});
    }
    return settled;
}

void Tables::apply(const Settled& settled, Instant now)
{
    const SendResult& result = *settled.result;
    Message& message = messages_.at(result.id);
    const EventKind kind = event_of(result);
    const bool again = result.hand_off == HandOff::try_again || result.hand_off == HandOff::postponed;
    if (again)
    {
        Attempt next = settled.attempt;
        if (result.hand_off == HandOff::try_again) ++next.number;
        next.uncertain = next.uncertain || kind == EventKind::attempt_uncertain;
        if (broken_ != BrokenRule::lost_results) retries_.emplace(std::pair(result.retry_at, message.id), next);
        note(message, {now, kind, {}, settled.attempt.number, result.provider});
        return;
    }
    const NotificationStatus before = message.status;
    if (before == created) message.status = result.status;
    if (is_acceptance(result))
    {
        message.billable_units = result.fragments;
        if (!message.sent_at) message.sent_at = now;
        message.sent_by = result.provider;
        message.reference = result.reference;
    }
    if (result.hand_off == HandOff::awaits_receipt && is_open(before))
        awaiting_.emplace(Reference(result.provider, result.reference),
                          Awaited{message.id, result.look_up_at, *message.sent_at});
    note(message, {now, kind, message.status, settled.attempt.number, result.provider});
    if (message.status != before) watcher_.status(message, before);
}

NewsCounts Tables::record(const DeliveryNews& news, bool correct_delivered, Instant now)
{
    NewsCounts counts;
    for (const Settled& each : settle(news.results)) apply(each, now);
    for (const auto& round : in_rounds(news.receipts)) record_round(round, correct_delivered, now, counts);
    return counts;
}

// It names a message whose fate is known from this very hand-off.
bool Tables::is_told_again(const Receipt& receipt) const
{
    if (!receipt.notification_id || !receipt.service_id) return false;
    const auto found = messages_.find(*receipt.notification_id);
    if (found == messages_.end()) return false;
    const Message& message = found->second;
    return message.service == *receipt.service_id && message.sent_by == receipt.provider &&
           message.reference == receipt.reference && !is_open(message.status);
}

bool Tables::apply(const Receipt& receipt, Message& message, bool corrects, Instant now)
{
    const NotificationStatus before = message.status;
    if (!is_open(before) && !corrects && broken_ != BrokenRule::final_statuses) return false;
    message.status = after_receipt(before, receipt.status);
    if (!receipt.provider_response.empty()) message.response = receipt.provider_response;
    note(message, {now, EventKind::receipt, message.status, {}, receipt.provider});
    if (message.status != before) watcher_.status(message, before);
    return true;
}

void Tables::record_round(const std::vector<const Receipt*>& round, bool correct_delivered, Instant now,
                          NewsCounts& counts)
{
    std::map<NotificationId, const Receipt*> decided;
    std::vector<const Receipt*> corrections;
    const auto rank = [](const Receipt& one)
    {
        return std::tuple(awaits_receipt(one.status), one.at, one.reference);
    };
    std::vector<Reference> ended;
    for (const Receipt* receipt : round)
    {
        const Reference reference(receipt->provider, receipt->reference);
        if (const auto known = awaiting_.find(reference); known != awaiting_.end())
        {
            const Receipt*& chosen = decided[known->second.id];
            if (chosen == nullptr || rank(*receipt) < rank(*chosen)) chosen = receipt;
            if (!awaits_receipt(receipt->status)) ended.push_back(reference);
        }
        else if (is_told_again(*receipt))
        {
            const Message& message = messages_.at(*receipt->notification_id);
            const bool corrects = correct_delivered && receipt->status == permanent_failure &&
                                  message.channel == Channel::email && message.status == delivered;
            if (corrects || broken_ == BrokenRule::final_statuses)
                corrections.push_back(receipt);
            else
                ++counts.repeated;
        }
        else
        {
            ++counts.kept;
            unmatched_.emplace(++unmatched_ids_, Unmatched{*receipt, now, now + seconds(1)});
        }
    }
    for (const auto& [id, receipt] : decided) counts.changed += apply(*receipt, messages_.at(id), false, now) ? 1 : 0;
    for (const Receipt* receipt : corrections)
        counts.changed += apply(*receipt, messages_.at(*receipt->notification_id), true, now) ? 1 : 0;
    for (const Reference& reference : ended) awaiting_.erase(reference);
}

std::optional<Receipt> Tables::find_left_over_receipt(NotificationId id) const
{
    const Receipt* found = nullptr;
    for (const auto& [number, unmatched] : unmatched_)
    {
        if (unmatched.receipt.notification_id != id) continue;
        const bool is_better =
            found == nullptr || (awaits_receipt(found->status) && !awaits_receipt(unmatched.receipt.status));
        if (is_better) found = &unmatched.receipt;
    }
    if (found == nullptr) return std::nullopt;
    Receipt copy = *found;
    copy.service_id.reset();
    return copy;
}

std::vector<std::string> Tables::list_attempt_providers(NotificationId id) const
{
    std::set<std::string> names;
    for (const Event& event : events_.at(id))
    {
        if (event.kind == EventKind::attempt_started && !event.provider.empty()) names.insert(event.provider);
    }
    return {names.begin(), names.end()};
}

LeftOverCounts Tables::match_left_over_receipts(std::int32_t most, Instant too_old, bool correct_delivered, Instant now)
{
    std::vector<std::pair<Instant, std::int64_t>> due;
    for (const auto& [number, unmatched] : unmatched_)
    {
        if (unmatched.look_at <= now) due.emplace_back(unmatched.look_at, number);
    }
    std::ranges::sort(due);
    if (due.size() > static_cast<std::size_t>(most)) due.resize(static_cast<std::size_t>(most));
    LeftOverCounts counts;
    counts.looked_at = due.size();
    std::map<std::int64_t, Receipt> taken;
    for (const auto& [look_at, number] : due)
    {
        Unmatched& here = unmatched_.at(number);
        const bool awaited = awaiting_.contains(Reference(here.receipt.provider, here.receipt.reference));
        if (!awaited && here.received_at >= too_old)
        {
            const auto waited = std::max<std::chrono::microseconds>(now - here.received_at, seconds(1));
            here.look_at = now + std::min<std::chrono::microseconds>(waited, std::chrono::minutes(10));
            continue;
        }
        if (awaited)
            taken.emplace(number, here.receipt).first->second.service_id.reset();
        else
            ++counts.dropped;
        unmatched_.erase(number);
    }
    counts.applied = taken.size();
    std::vector<const Receipt*> receipts;
    for (const auto& [number, receipt] : taken) receipts.push_back(&receipt);
    for (const auto& round : in_rounds(receipts)) record_round(round, correct_delivered, now, counts.news);
    return counts;
}

std::vector<DueLookUp> Tables::claim_look_ups(std::int32_t most, Instant claimed_until, Instant now)
{
    std::vector<DueLookUp> due;
    for (const auto& [reference, awaited] : awaiting_)
    {
        if (awaited.look_up_at > now) continue;
        due.push_back({reference.first, reference.second, awaited.id, awaited.look_up_at});
    }
    std::ranges::sort(due, {}, [](const DueLookUp& one) { return std::tie(one.due_at, one.provider, one.reference); });
    if (due.size() > static_cast<std::size_t>(most)) due.resize(static_cast<std::size_t>(most));
    for (const DueLookUp& each : due) awaiting_.at(Reference(each.provider, each.reference)).look_up_at = claimed_until;
    return due;
}

void Tables::put_back_look_ups(const std::vector<NextLookUp>& next)
{
    for (const NextLookUp& each : next)
    {
        const auto awaited = awaiting_.find(Reference(each.provider, each.reference));
        if (awaited != awaiting_.end()) awaited->second.look_up_at = each.look_up_at;
    }
}

std::int64_t Tables::time_out(Instant cutoff, std::int32_t most, Instant now)
{
    std::vector<std::pair<Instant, Reference>> due;
    for (const auto& [reference, awaited] : awaiting_)
    {
        if (awaited.handed_over_at <= cutoff) due.emplace_back(awaited.handed_over_at, reference);
    }
    std::ranges::sort(due);
    if (due.size() > static_cast<std::size_t>(most)) due.resize(static_cast<std::size_t>(most));
    // Of a message that is awaited under two references, the first one is noted.
    std::map<NotificationId, std::string> ended;
    for (const auto& [handed_over_at, reference] : due)
    {
        const auto awaited = awaiting_.find(reference);
        const auto first = ended.try_emplace(awaited->second.id, reference.first).first;
        first->second = std::min(first->second, reference.first);
        awaiting_.erase(awaited);
    }
    std::int64_t timed_out = 0;
    for (const auto& [id, provider] : ended)
    {
        Message& message = messages_.at(id);
        if (message.status != sending && message.status != pending) continue;
        const NotificationStatus before = std::exchange(message.status, temporary_failure);
        watcher_.status(message, before);
        note(message, {now, EventKind::timed_out, message.status, {}, provider});
        ++timed_out;
    }
    return timed_out;
}

}  // namespace herald::simulation
