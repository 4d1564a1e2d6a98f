// The database as one process sees it: behind a network that may lose a question or an answer, and away at times. What
// was sent takes effect (or not) whether or not the process still lives.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "runtime/notifier.hpp"
#include "storage/provider_store.hpp"
#include "tests/simulation/agenda.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/tables.hpp"

namespace herald::simulation
{

// The database itself, shared by all processes.
struct Server
{
    Server(Agenda& of, Dice& with, Instant began, BrokenRule broken)
        : agenda(of), dice(with), begin(began), first_moment(of.time().now()), tables(broken)
    {
    }
    [[nodiscard]] Instant now() const
    {
        return begin + std::chrono::duration_cast<std::chrono::microseconds>(agenda.time().now() - first_moment);
    }

    Agenda& agenda;
    Dice& dice;
    const Instant begin;
    const Deadline first_moment;
    Tables tables;
    bool away = false;
    double fault_rate = 0;
    std::function<void(std::string_view)> on_fault = [](std::string_view) {};
    std::set<std::string> switched_off;  // providers
    std::set<std::pair<Channel, std::string>> providers;
};

// One process's way to it.
class Wire
{
public:
    explicit Wire(Server& server) : server_(server) {}

    // Throws pg::Unavailable, DeadlineExceeded, or pg::SqlError as PostgreSQL's client does.
    template <class T>
    Task<T> call(std::function<T(Tables&)> work, Deadline deadline);
    [[nodiscard]] Server& server() { return server_; }

private:
    enum class Fault
    {
        none,
        not_sent,
        conflict,     // another transaction was in the way
        answer_lost,  // it took effect
        silence,      // no answer at all, and no effect
        late,         // it takes effect after the deadline
    };
    template <class T>
    struct Reply
    {
        Notifier came;
        std::optional<T> value;
        std::exception_ptr error;
        bool is_awaited = true;
        [[nodiscard]] bool is_there() const { return value || error; }
    };

    Fault draw();
    template <class T>
    void arrive(const std::shared_ptr<Reply<T>>& reply, const std::function<T(Tables&)>& work, Fault fault);
    template <class T>
    void answer(const std::shared_ptr<Reply<T>>& reply, std::optional<T> value, std::exception_ptr error);
    std::chrono::microseconds way();

    Server& server_;
};

class SimulatedQueueStore final : public QueueStore
{
public:
    // Told of each message that the process holds from now on.
    using Claimed = std::function<void(NotificationId)>;

    SimulatedQueueStore(Wire& wire, Claimed claimed) : wire_(wire), claimed_(std::move(claimed)) {}

    Task<std::vector<DeliveryPlace>> list_places(Deadline deadline) override;
    Task<std::vector<ClaimedDelivery>> claim(std::vector<ClaimAsk> asked, Uuid holder, seconds lease, Instant now,
                                             Deadline deadline) override;
    Task<> release(std::vector<ClaimedDelivery> claimed, Deadline deadline) override;
    Task<> release_claims(std::vector<Uuid> holders, Deadline deadline) override;
    Task<std::vector<MovedRetries>> move_due_retries(Instant now, std::int32_t most, Deadline deadline) override;
    Task<std::int64_t> recover_expired_leases(Instant now, std::int32_t most, Instant retry_at,
                                              Deadline deadline) override;

private:
    Wire& wire_;
    Claimed claimed_;
};

class SimulatedDeliveryStore final : public DeliveryStore
{
public:
    explicit SimulatedDeliveryStore(Wire& wire) : wire_(wire) {}

    Task<NewsCounts> record(DeliveryNews news, bool correct_delivered, Instant now, Deadline deadline) override;
    Task<std::optional<Receipt>> find_left_over_receipt(NotificationId id, Deadline deadline) override;
    Task<std::vector<std::string>> list_attempt_providers(ServiceId service, NotificationId id,
                                                          Deadline deadline) override;
    Task<std::optional<SuppressionReason>> find_suppression(SuppressionKey key, Deadline deadline) override;
    Task<LeftOverCounts> match_left_over_receipts(std::int32_t most, Instant too_old, bool correct_delivered,
                                                  Instant now, Deadline deadline) override;
    Task<std::vector<DueLookUp>> claim_look_ups(std::int32_t most, Instant claimed_until, Instant now,
                                                Deadline deadline) override;
    Task<> put_back_look_ups(std::vector<NextLookUp> next, Deadline deadline) override;

private:
    Wire& wire_;
};

class SimulatedProviderRecords final : public ProviderRecords
{
public:
    explicit SimulatedProviderRecords(Wire& wire) : wire_(wire) {}

    Task<std::vector<ProviderRow>> list(Deadline deadline) override;
    Task<> add_missing(std::vector<ProviderName> all, Instant now, Deadline deadline) override;
    Task<std::int64_t> demote(ProviderName which, std::int32_t step, std::string reason, Instant not_since, Instant now,
                              Deadline deadline) override;
    Task<> note(ProviderName which, std::string reason, Instant now, Deadline deadline) override;

private:
    Wire& wire_;
};

}  // namespace herald::simulation
