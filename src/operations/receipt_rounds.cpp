#include "operations/receipt_rounds.hpp"

namespace herald
{

void ReceiptColumns::add(const Receipt& receipt)
{
    providers.push_back(receipt.provider);
    references.push_back(receipt.reference);
    statuses.push_back(static_cast<std::int16_t>(receipt.status));
    responses.push_back(receipt.provider_response);
    at.push_back(receipt.at);
    ids.push_back(receipt.notification_id ? std::optional(receipt.notification_id->value) : std::nullopt);
    services.push_back(receipt.service_id ? std::optional(receipt.service_id->value) : std::nullopt);
}

pg::Params ReceiptColumns::params(Instant now, bool correct_delivered) const
{
    return pg::Params::of(providers, references, statuses, responses, at, ids, services, correct_delivered, now);
}

void ReceiptRounds::add(const Receipt& receipt)
{
    auto& [round, ended] = next_[std::pair(receipt.provider, receipt.reference)];
    if (ended && receipt.status != NotificationStatus::permanent_failure) return;
    if (rounds_.size() <= round) rounds_.emplace_back();
    rounds_[round++].add(receipt);
    ended = !awaits_receipt(receipt.status);
}

}  // namespace herald
