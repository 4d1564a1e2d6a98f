// One worker process: the delivery core as app/worker_role puts it together, on a loop of its own.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "operations/deliver_notifications.hpp"
#include "operations/look_up_receipts.hpp"
#include "operations/tend_providers.hpp"
#include "queue/queue.hpp"
#include "runtime/stop.hpp"
#include "tests/simulation/carrier.hpp"
#include "workers/delivery_worker.hpp"
#include "workers/recovery_worker.hpp"

namespace herald::simulation
{

// Shorter than in production, in the same order, so that a seed is over sooner.
DeliverOptions deliver_options();
QueueOptions queue_options(Dice& dice);

// What all processes share: keys, services and templates.
class Senders final : public SenderDirectory
{
public:
    Senders(Dice& dice, int services);

    Task<ServicePtr> service(ServiceId id, Deadline deadline) override;
    Task<TemplatePtr> template_version(ServiceId service, TemplateId id, std::int32_t version,
                                       Deadline deadline) override;

    // Ready to be accepted.
    [[nodiscard]] Message make_message(Dice& dice, Instant now) const;
    [[nodiscard]] const KeyRing& keys() const;

private:
    std::vector<ServicePtr> services_;
    TemplatePtr email_;
    TemplatePtr sms_;
};

// The clock of one host.
class HostClock final : public Clock
{
public:
    explicit HostClock(const Server& world) : world_(world) {}
    [[nodiscard]] Instant now() const override { return world_.now() + offset; }

    std::chrono::microseconds offset{0};

private:
    const Server& world_;
};

class Process
{
public:
    Process(int number, Server& world, Witness& witness, Senders& senders, std::vector<std::unique_ptr<Carrier>>& all);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();  // as if it was killed

    // Runs one thing that is ready. False: nothing is, or it stands still.
    bool run_one();
    // It drains, and then it has ended.
    void stop() { stop_.request_stop(); }
    [[nodiscard]] bool has_ended() const { return has_ended_; }
    void hint(std::int16_t lane, ServiceId service) { parts_->queue.hint(lane, service); }
    void receive(Receipt receipt) { parts_->recorder.receive(std::move(receipt)); }
    [[nodiscard]] int number() const { return number_; }

    HostClock clock;
    bool stands_still = false;
    // After so many more of the things that it has to do, it dies or stands still: between any two of them.
    std::optional<int> steps_left;
    bool dies_then = true;

private:
    struct Parts
    {
        Parts(Process& of, Server& world, Witness& witness, Senders& senders,
              std::vector<std::unique_ptr<Carrier>>& all);

        TaskScope main;
        TaskScope scope;
        Wire wire;
        SimulatedQueueStore queue_store;
        SimulatedDeliveryStore delivery_store;
        SimulatedProviderRecords provider_records;
        DeliveryRecorder recorder;
        std::vector<std::unique_ptr<SimulatedProvider>> providers;
        ProviderPool pool;
        WakeUp wake_up;
        DeliveryQueue queue;
        DeliverNotifications deliver;
        DeliveryWorker delivery;
        LookUpReceipts look_up;
        TendProviders tend;
        RecoveryWorker recovery;
    };

    Task<> live();
    std::vector<PoolMember> members(Witness& witness, std::vector<std::unique_ptr<Carrier>>& all,
                                    std::vector<std::unique_ptr<SimulatedProvider>>& providers) const;

    const int number_;
    VirtualLoop loop_;
    StopSource stop_;
    bool has_ended_ = false;
    std::unique_ptr<Parts> parts_;
};

}  // namespace herald::simulation
