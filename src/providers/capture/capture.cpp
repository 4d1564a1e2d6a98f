#include "providers/capture/capture.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace herald
{
namespace
{

// A script that fails messages which are never sent again must not grow without end.
constexpr std::size_t kMaxFailures = 100'000;
constexpr std::string_view kNoOutcome = "none";
constexpr std::size_t kUuidText = 36;

CapturedMessage captured(const OutgoingMessage& message, bool keep_content)
{
    CapturedMessage out;
    out.id = message.id;
    out.service_id = message.service_id;
    out.channel = message.channel;
    if (!keep_content) return out;
    out.to = message.to;
    out.text = message.body;
    if (message.channel == Channel::sms)
    {
        out.from = message.sender;
        return out;
    }
    out.from = fmt::format("{} <{}>", message.from_name, message.from_address);
    out.reply_to = message.reply_to;
    out.subject = message.subject;
    out.html = message.html;
    return out;
}

}  // namespace

CaptureProvider::CaptureProvider(asio::any_io_executor executor, CaptureOptions options,
                                 std::shared_ptr<Mailbox> mailbox, ReceiptSink sink, const Clock& clock)
    : options_(std::move(options)),
      mailbox_(std::move(mailbox)),
      sink_(std::move(sink)),
      clock_(clock),
      receipts_(std::move(executor), [this](Receipt receipt) { deliver(std::move(receipt)); })
{
}

Task<SendOutcome> CaptureProvider::send(const OutgoingMessage& message, Deadline deadline)
{
    const auto& rule = options_.script.rule_for(message.to);
    if (auto refusal = refuse(message.id, rule))
    {
        if (rule.answer_after.count() == 0) co_return *std::move(refusal);
        co_return co_await refuse_later(*std::move(refusal), deadline_in(rule.answer_after), deadline);
    }

    Receipt receipt;
    receipt.provider = options_.name;
    receipt.notification_id = message.id;
    receipt.service_id = message.service_id;
    receipt.status = rule.status.value_or(simulated_outcome(message.channel, message.to));
    const bool known = rule.receipt != CaptureReceipt::never;
    receipt.reference = reference_for(message.id, known ? std::optional(receipt.status) : std::nullopt);
    take(message, receipt.reference);

    if (rule.receipt == CaptureReceipt::before_answer) deliver(receipt);
    if (rule.answer_after.count() != 0) co_return co_await answer_later(rule, std::move(receipt), deadline);
    co_return answer(rule, std::chrono::steady_clock::now(), std::move(receipt));
}

Task<SendOutcome> CaptureProvider::refuse_later(SendOutcome outcome, Deadline answer_at, Deadline deadline)
{
    co_await sleep_until(std::min(answer_at, deadline));
    // Whoever gives up waiting cannot know that the answer would have been a refusal.
    if (std::chrono::steady_clock::now() < answer_at) co_return SendOutcome(SendStatus::uncertain, {}, "timed out");
    co_return outcome;
}

// `rule` is a copy: the script may be another one after the wait.
Task<SendOutcome> CaptureProvider::answer_later(CaptureRule rule, Receipt receipt, Deadline deadline)
{
    const auto answer_at = deadline_in(rule.answer_after);
    co_await sleep_until(std::min(answer_at, deadline));
    co_return answer(rule, answer_at, std::move(receipt));
}

SendOutcome CaptureProvider::answer(const CaptureRule& rule, Deadline answer_at, Receipt receipt)
{
    SendOutcome outcome(SendStatus::accepted, receipt.reference);
    if (rule.answer == CaptureAnswer::uncertain) outcome = SendOutcome(SendStatus::uncertain, {}, "no answer");
    if (std::chrono::steady_clock::now() < answer_at) outcome = SendOutcome(SendStatus::uncertain, {}, "timed out");
    schedule_receipts(rule, answer_at, std::move(receipt));
    return outcome;
}

std::optional<SendOutcome> CaptureProvider::refuse(NotificationId id, const CaptureRule& rule)
{
    if (over_the_rate()) return SendOutcome(SendStatus::retryable, {}, "throttled");
    if (rule.fail_first > 0)
    {
        if (failures_.size() >= kMaxFailures) failures_.clear();
        auto& failures = failures_[id];
        if (failures < rule.fail_first)
        {
            ++failures;
            return SendOutcome(SendStatus::retryable, {}, "scripted failure");
        }
    }
    switch (rule.answer)
    {
        case CaptureAnswer::reject:
            return SendOutcome(SendStatus::rejected, {}, "scripted rejection");
        case CaptureAnswer::retry:
            return SendOutcome(SendStatus::retryable, {}, "scripted failure");
        case CaptureAnswer::throttle:
            return SendOutcome(SendStatus::retryable, {}, "throttled");
        case CaptureAnswer::accept:
        case CaptureAnswer::uncertain:
            break;
    }
    return std::nullopt;
}

bool CaptureProvider::over_the_rate()
{
    if (options_.script.max_sends_per_second <= 0) return false;
    const auto now = std::chrono::steady_clock::now();
    if (now - rate_second_ >= seconds(1))
    {
        rate_second_ = now;
        sends_this_second_ = 0;
    }
    return ++sends_this_second_ > options_.script.max_sends_per_second;
}

void CaptureProvider::take(const OutgoingMessage& message, const std::string& reference)
{
    auto entry = captured(message, options_.keep_content);
    entry.reference = reference;
    entry.received_at = clock_.now();
    mailbox_->take(std::move(entry));
}

void CaptureProvider::schedule_receipts(const CaptureRule& rule, Deadline answer_at, Receipt receipt)
{
    const bool once = rule.receipt == CaptureReceipt::after_answer;
    if (!once && rule.receipt != CaptureReceipt::twice) return;
    const auto due = answer_at + rule.receipt_after;
    if (!once) receipts_.add(due, receipt);
    receipts_.add(due, std::move(receipt));
}

void CaptureProvider::deliver(Receipt receipt)
{
    receipt.at = clock_.now();
    mailbox_->set_status(*receipt.notification_id, receipt.status);
    sink_(std::move(receipt));
}

Task<std::optional<Receipt>> CaptureProvider::look_up(NotificationId id, std::string_view reference, Deadline)
{
    if (!reference.empty()) co_return read_reference(id, reference);
    const auto message = mailbox_->find(id);
    if (!message) co_return std::nullopt;
    co_return read_reference(id, message->reference);
}

std::string CaptureProvider::reference_for(NotificationId id, std::optional<NotificationStatus> status) const
{
    return fmt::format("{}-{}-{}", options_.name, status ? to_string(*status) : kNoOutcome, id.to_string());
}

std::optional<Receipt> CaptureProvider::read_reference(NotificationId id, std::string_view reference) const
{
    // name - status - uuid
    const std::size_t start = options_.name.size() + 1;
    if (reference.size() < start + kUuidText + 2 || !reference.starts_with(options_.name)) return std::nullopt;
    const std::size_t uuid_start = reference.size() - kUuidText;
    if (NotificationId::parse(reference.substr(uuid_start)) != id) return std::nullopt;
    const auto status = parse_status(reference.substr(start, uuid_start - 1 - start));
    if (!status) return std::nullopt;

    Receipt receipt;
    receipt.provider = options_.name;
    receipt.reference = reference;
    receipt.notification_id = id;
    receipt.status = *status;
    receipt.at = clock_.now();
    return receipt;
}

}  // namespace herald
