// Whatever is inside of a signed message: each reader gives a reading of the small set, and what it takes is bounded.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "providers/aws_receipts/aws_events.hpp"

namespace
{

void require(bool condition)
{
    if (!condition) std::abort();
}

void check(const herald::ProviderReport& report)
{
    constexpr std::size_t kLongestName = 255;
    if (const auto* receipt = std::get_if<herald::Receipt>(&report.what))
    {
        require(report.reading == herald::to_string(receipt->status));
        require(!receipt->reference.empty() && receipt->reference.size() <= kLongestName);
    }
    else if (const auto* complaint = std::get_if<herald::Complaint>(&report.what))
    {
        require(report.reading == "complaint" && !complaint->reference.empty());
        require(complaint->feedback_id.size() <= kLongestName && complaint->type.size() <= kLongestName);
    }
    else if (const auto* text = std::get_if<herald::InboundText>(&report.what))
    {
        require(report.reading == "inbound-sms" && !text->from.empty() && !text->to.empty());
    }
    else
    {
        require(report.reading == "ignored" || report.reading == "unreadable");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string input(data, data + size);
    using herald::ReceiptKind;
    for (const auto kind : std::array{ReceiptKind::email_event, ReceiptKind::sms_status, ReceiptKind::inbound_sms})
        for (const auto provider : {herald::kSesProvider, herald::kSnsProvider})
            check(herald::read_aws_event(provider, kind, input, herald::Instant{}));
    return 0;
}
