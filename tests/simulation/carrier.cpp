#include "tests/simulation/carrier.hpp"

#include <stdexcept>

namespace herald::simulation
{

namespace
{

using enum NotificationStatus;
using std::chrono::microseconds;

}  // namespace

Carrier::Manner Carrier::draw()
{
    if (faults.away) return Manner::refuses;
    if (faults.rate <= 0 || !world_.dice.chance(faults.rate)) return Manner::takes;
    if (world_.dice.chance(0.4)) return Manner::refuses;
    return static_cast<Manner>(world_.dice.between(1, 8));
}

Receipt Carrier::receipt_for(NotificationId id, const Taken& taken, NotificationStatus status)
{
    Receipt receipt;
    receipt.provider = facts_.name;
    receipt.reference = taken.reference;
    receipt.status = status;
    receipt.notification_id = id;
    receipt.service_id = taken.service;
    receipt.at = world_.now();
    return receipt;
}

// At once, before the answer, or late; once, often or never; "pending" before or after the last word.
void Carrier::plan_receipts(NotificationId id, const Taken& taken)
{
    if (!facts_.sends_receipts) return;
    auto& dice = world_.dice;
    const auto fate_in = std::chrono::duration_cast<microseconds>(taken.known_at - world_.agenda.time().now());
    std::vector<std::pair<microseconds, NotificationStatus>> all;
    if (dice.chance(0.2)) all.emplace_back(dice.pause(microseconds(0), fate_in * 2), pending);
    const auto copies = dice.chance(0.2) ? dice.between(2, 3) : 1;
    for (std::int64_t i = 0; i < copies; ++i)
    {
        const auto after = i == 0 ? microseconds(0) : dice.pause(microseconds(0), seconds(20));
        all.emplace_back(fate_in + after, taken.fate);
    }
    if (facts_.channel == Channel::email && taken.fate == delivered && dice.chance(0.1))
        all.emplace_back(fate_in + dice.pause(milliseconds(1), seconds(30)), permanent_failure);
    const bool names_it = dice.chance(0.7);
    for (const auto& [when, status] : all)
    {
        if (faults.lost_receipts > 0 && dice.chance(faults.lost_receipts)) continue;
        auto receipt = receipt_for(id, taken, status);
        if (!names_it)
        {
            receipt.notification_id.reset();
            receipt.service_id.reset();
        }
        world_.agenda.in(when,
                         [this, receipt]() mutable
                         {
                             receipt.at = world_.now();
                             witness_.told(receipt);
                             send_receipt_(receipt);
                         });
    }
}

std::string Carrier::take(NotificationId id, ServiceId service)
{
    auto& dice = world_.dice;
    witness_.taken(facts_.name, facts_.can_tell, id);
    Taken taken;
    taken.reference = facts_.name + "-" + std::to_string(++references_);
    taken.service = service;
    taken.fate = dice.chance(0.8) ? delivered : dice.chance(0.5) ? permanent_failure : temporary_failure;
    const auto until_fate =
        dice.chance(0.3) ? dice.pause(microseconds(10), milliseconds(5)) : dice.pause(milliseconds(5), seconds(15));
    taken.known_at = world_.agenda.time().now() + until_fate;
    plan_receipts(id, taken);
    return (taken_[id] = taken).reference;
}

void Carrier::answer(const std::shared_ptr<Answer>& answer, NotificationId id, ServiceId service, Manner manner)
{
    SendOutcome outcome(SendStatus::uncertain, {}, "it does not know");
    switch (manner)
    {
        case Manner::takes:
            outcome = SendOutcome(SendStatus::accepted, take(id, service));
            outcome.receipt_expected = facts_.sends_receipts;
            break;
        case Manner::rejects:
            outcome = SendOutcome(SendStatus::rejected, {}, "no");
            break;
        case Manner::refuses:
            outcome = SendOutcome(SendStatus::retryable, {}, "busy");
            break;
        case Manner::takes_uncertain:
            take(id, service);
            break;
        case Manner::uncertain:
        case Manner::breaks:
            break;
        case Manner::takes_silently:
        case Manner::takes_late:
            take(id, service);
            return;
        case Manner::silent:
            return;
    }
    world_.agenda.in(world_.dice.pause(microseconds(100), faults.slowest_answer),
                     [answer, outcome, manner]
                     {
                         answer->outcome = outcome;
                         answer->fails = manner == Manner::breaks;
                         answer->came.notify_all();
                     });
}

Task<SendOutcome> Carrier::send(NotificationId id, ServiceId service, Deadline deadline)
{
    const Manner manner = draw();
    auto to_come = std::make_shared<Answer>();
    auto there = world_.dice.pause(microseconds(100), milliseconds(300));
    if (manner == Manner::takes_late)
        there = std::chrono::duration_cast<microseconds>(deadline - world_.agenda.time().now()) +
                world_.dice.pause(milliseconds(1), seconds(40));
    world_.agenda.in(there, [this, to_come, id, service, manner] { answer(to_come, id, service, manner); });
    while (!to_come->outcome && co_await to_come->came.wait(deadline))
    {
    }
    if (!to_come->outcome || to_come->outcome->status == SendStatus::uncertain) witness_.doubt(id);
    if (to_come->fails) throw std::runtime_error("a bug of the provider");
    co_return to_come->outcome.value_or(SendOutcome(SendStatus::uncertain, {}, "no answer"));
}

// One that can tell says what it knows, or fails to answer: never "I have not got it" of what it has.
Task<std::optional<Receipt>> Carrier::look_up(NotificationId id, Deadline deadline)
{
    if (!facts_.can_tell) co_return std::nullopt;
    const bool fails = faults.away || (faults.rate > 0 && world_.dice.chance(faults.rate / 2));
    co_await sleep_until(fails ? deadline : deadline_in(world_.dice.pause(microseconds(100), milliseconds(200))));
    if (fails) throw DeadlineExceeded("look-up");
    const auto found = taken_.find(id);
    if (found == taken_.end()) co_return std::nullopt;
    const bool is_known = found->second.known_at <= world_.agenda.time().now();
    co_return receipt_for(id, found->second, is_known ? found->second.fate : sending);
}

Task<SendOutcome> SimulatedProvider::send(const OutgoingMessage& message, Deadline deadline)
{
    witness_.offered(process_, message.id, carrier_.facts().name);
    return carrier_.send(message.id, message.service_id, deadline);
}

Task<std::optional<Receipt>> SimulatedProvider::look_up(NotificationId id, std::string_view /*reference*/,
                                                        Deadline deadline)
{
    return carrier_.look_up(id, deadline);
}

}  // namespace herald::simulation
