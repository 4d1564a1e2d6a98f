#include "operations/receipt_rounds.hpp"

#include <map>
#include <string_view>
#include <utility>

namespace herald
{

namespace
{

struct Next
{
    std::size_t round = 0;
    bool ended = false;
};

}  // namespace

std::vector<std::vector<const Receipt*>> in_rounds(const std::vector<const Receipt*>& receipts)
{
    using Reference = std::pair<std::string_view, std::string_view>;
    std::map<Reference, Next> next;
    std::vector<std::vector<const Receipt*>> rounds;
    for (const Receipt* receipt : receipts)
    {
        auto& [round, ended] = next[Reference(receipt->provider, receipt->reference)];
        if (ended && receipt->status != NotificationStatus::permanent_failure) continue;
        if (rounds.size() <= round) rounds.emplace_back();
        rounds[round++].push_back(receipt);
        ended = !awaits_receipt(receipt->status);
    }
    return rounds;
}

}  // namespace herald
