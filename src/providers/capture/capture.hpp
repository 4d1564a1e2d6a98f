// The provider that sends nothing: it keeps the message for people to read and tells a receipt, as its script says.
// `herald dev` and tests use it as "capture"; messages of test keys and of services in research mode go to one named
// "simulator".
//
// A reference says what the outcome is ("capture-delivered-<notification id>"), so after a crash another process can
// still tell the receipt. Belongs to the Loop of its executor; the Mailbox may be shared between loops.
//
// Security: with keep_content off nothing of a message but its id, channel and status is kept.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "providers/capture/capture_script.hpp"
#include "providers/capture/mailbox.hpp"
#include "providers/capture/receipt_queue.hpp"
#include "providers/provider.hpp"

namespace herald
{

struct CaptureOptions
{
    std::string name = "capture";
    bool keep_content = true;
    CaptureScript script;
};

class CaptureProvider final : public Provider
{
public:
    // `clock` and what `sink` refers to outlive the provider.
    CaptureProvider(asio::any_io_executor executor, CaptureOptions options, std::shared_ptr<Mailbox> mailbox,
                    ReceiptSink sink, const Clock& clock);

    [[nodiscard]] std::string_view name() const override { return options_.name; }
    [[nodiscard]] bool supports(Channel) const override { return true; }
    // A message counts as taken when it arrives, before any delay of the answer: as with a real provider, whoever gives
    // up waiting gets `uncertain`.
    Task<SendOutcome> send(const OutgoingMessage& message, Deadline deadline) override;
    // By reference: what it says, also one of an earlier process. By id alone: what the mailbox remembers. A receipt
    // that is due later is told at once.
    Task<std::optional<Receipt>> look_up(NotificationId id, std::string_view reference, Deadline deadline) override;

    // For the sends that come from now on.
    void set_script(CaptureScript script) { options_.script = std::move(script); }
    [[nodiscard]] std::size_t receipts_waiting() const { return receipts_.waiting(); }

private:
    // nullopt: take it.
    std::optional<SendOutcome> refuse(NotificationId id, const CaptureRule& rule);
    bool over_the_rate();
    void take(const OutgoingMessage& message, const std::string& reference);
    Task<SendOutcome> refuse_later(SendOutcome outcome, Deadline answer_at, Deadline deadline);
    Task<SendOutcome> answer_later(CaptureRule rule, Receipt receipt, Deadline deadline);
    SendOutcome answer(const CaptureRule& rule, Deadline answer_at, Receipt receipt);
    void schedule_receipts(const CaptureRule& rule, Deadline answer_at, Receipt receipt);
    void deliver(Receipt receipt);
    [[nodiscard]] std::string reference_for(NotificationId id, std::optional<NotificationStatus> status) const;
    [[nodiscard]] std::optional<Receipt> read_reference(NotificationId id, std::string_view reference) const;

    CaptureOptions options_;
    std::shared_ptr<Mailbox> mailbox_;
    ReceiptSink sink_;
    const Clock& clock_;
    ReceiptQueue receipts_;
    std::unordered_map<NotificationId, int, UuidHash> failures_;  // of messages under a fail_first rule
    Deadline rate_second_{};
    int sends_this_second_ = 0;
};

}  // namespace herald
