// A carrier outside: takes messages, answers or not, knows what became of them or not, and sends receipts at any time,
// in any order, more than once or never. It goes on when the process that asked has died.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "providers/provider.hpp"
#include "runtime/notifier.hpp"
#include "tests/simulation/store.hpp"
#include "tests/simulation/witness.hpp"

namespace herald::simulation
{

struct CarrierFacts
{
    std::string name;
    Channel channel = Channel::sms;
    bool can_tell = true;        // answers look-ups
    bool sends_receipts = true;  // false: accepted is all that is ever heard of it
};

class Carrier
{
public:
    struct Faults
    {
        double rate = 0;           // of hand-offs
        double lost_receipts = 0;  // of receipts
        bool away = false;         // takes nothing
        milliseconds slowest_answer{300};
    };
    using SendReceipt = std::function<void(Receipt)>;

    Carrier(CarrierFacts facts, Server& world, Witness& witness, SendReceipt send_receipt)
        : facts_(std::move(facts)), world_(world), witness_(witness), send_receipt_(std::move(send_receipt))
    {
    }

    Task<SendOutcome> send(NotificationId id, ServiceId service, Deadline deadline);
    Task<std::optional<Receipt>> look_up(NotificationId id, Deadline deadline);
    [[nodiscard]] const CarrierFacts& facts() const { return facts_; }

    Faults faults;

private:
    struct Taken
    {
        std::string reference;
        ServiceId service;
        NotificationStatus fate = NotificationStatus::delivered;
        Deadline known_at;
    };
    struct Answer
    {
        Notifier came;
        std::optional<SendOutcome> outcome;
        bool fails = false;
    };
    enum class Manner
    {
        takes,
        rejects,
        refuses,          // for now
        takes_uncertain,  // and says that it does not know
        uncertain,
        takes_silently,  // no answer
        silent,
        takes_late,  // when nobody waits for the answer any more
        breaks,      // the provider's code fails
    };

    Manner draw();
    std::string take(NotificationId id, ServiceId service);
    void answer(const std::shared_ptr<Answer>& answer, NotificationId id, ServiceId service, Manner manner);
    void plan_receipts(NotificationId id, const Taken& taken);
    Receipt receipt_for(NotificationId id, const Taken& taken, NotificationStatus status);

    const CarrierFacts facts_;
    Server& world_;
    Witness& witness_;
    SendReceipt send_receipt_;
    std::map<NotificationId, Taken> taken_;
    int references_ = 0;
};

// One process's provider for it.
class SimulatedProvider final : public Provider
{
public:
    SimulatedProvider(Carrier& carrier, Witness& witness, int process)
        : carrier_(carrier), witness_(witness), process_(process)
    {
    }
    [[nodiscard]] std::string_view name() const override { return carrier_.facts().name; }
    [[nodiscard]] bool supports(Channel channel) const override { return channel == carrier_.facts().channel; }
    Task<SendOutcome> send(const OutgoingMessage& message, Deadline deadline) override;
    Task<std::optional<Receipt>> look_up(NotificationId id, std::string_view reference, Deadline deadline) override;

private:
    Carrier& carrier_;
    Witness& witness_;
    const int process_;
};

}  // namespace herald::simulation
