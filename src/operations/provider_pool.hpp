// The providers of a process: whom the next messages of a channel are offered to, and how many it takes now.
//
// Choosing: among the active ones whose circuit breaker lets something through, by weight (their priority). One whose
// stated rate or whose places are used up is passed over until it has room again, so what waits is bounded and a slow
// provider holds up nobody else's messages. When none is left, the channel has no room: its messages stay in the queue,
// and no attempt of theirs is used up.
//
// What operators decided comes from the database (provider_health); failures are counted here, for this process. Every
// moment is an argument. Belongs to one Loop.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "operations/circuit_breaker.hpp"
#include "operations/token_bucket.hpp"
#include "providers/provider.hpp"
#include "queue/queue.hpp"
#include "storage/provider_store.hpp"

namespace prometheus
{
class Gauge;
class Histogram;
}  // namespace prometheus

namespace herald
{

struct PoolMember
{
    Provider* provider = nullptr;
    Channel channel = Channel::email;
    std::size_t concurrency = 64;  // hand-offs under way at once
    double per_second = 0;         // the most that the provider states it takes from this process; 0: no such limit
};

struct PoolOptions
{
    BreakerOptions breaker;
    std::size_t errors_to_demote = 50;  // within `error_window`, as the family has it
    seconds error_window{60};
    std::uint64_t seed = std::random_device{}();  // of the draws by weight
};

// Something that provider_health has to write down.
struct PoolMove
{
    enum class Kind
    {
        breaker_opened,
        breaker_closed,
        too_many_errors,
    };
    Kind kind = Kind::breaker_opened;
    Channel channel = Channel::email;
    std::string name;
};

class ProviderPool
{
public:
    // `simulator` takes what must not leave the building; it has as many places as one of `members`.
    ProviderPool(std::vector<PoolMember> members, Provider* simulator, PoolOptions options = {});
    ~ProviderPool();
    ProviderPool(const ProviderPool&) = delete;
    ProviderPool& operator=(const ProviderPool&) = delete;

    // Without a row, a provider is active with weight 100.
    void apply(std::span<const ProviderRow> rows);

    // Draws. A share without room: nobody takes any of them now.
    ClaimShare choose(Channel channel, Deadline now);
    [[nodiscard]] ClaimShare choose_simulator() const;
    // Whether choose() would find room.
    [[nodiscard]] bool has_room(Channel channel, Deadline now);
    // The first moment at which a rate or a breaker gives room to one that has none; `latest` when none does before.
    [[nodiscard]] Deadline next_room(Deadline now, Deadline latest);
    // How many of the channel could take a message if they had room.
    [[nodiscard]] std::size_t usable(Channel channel, Deadline now) const;

    // A hand-off takes a place until it has ended. The simulator's have no channel of their own.
    void begin(Channel channel, std::string_view name, Deadline now);
    void end(Channel channel, std::string_view name);
    void note(Channel channel, std::string_view name, SendStatus status, std::chrono::steady_clock::duration took,
              Deadline now);

    [[nodiscard]] Provider* find(Channel channel, std::string_view name) const;
    [[nodiscard]] Provider* by_name(std::string_view name) const;
    [[nodiscard]] Provider* simulator() const { return simulator_.facts.provider; }
    [[nodiscard]] std::vector<PoolMember> members() const;

    std::vector<PoolMove> take_moves() { return std::exchange(moves_, {}); }

private:
    struct Member
    {
        Member(PoolMember of, const PoolOptions& options);

        PoolMember facts;
        int weight = 100;
        bool active = true;
        bool international = true;
        std::size_t in_flight = 0;
        TokenBucket tokens;
        CircuitBreaker breaker;
        std::deque<Deadline> errors;  // of the last minute, as many as count
        prometheus::Gauge* in_flight_gauge = nullptr;
        prometheus::Gauge* open_gauge = nullptr;
        prometheus::Histogram* seconds = nullptr;

        [[nodiscard]] bool is_usable(Deadline now) const;
        [[nodiscard]] std::size_t room(Deadline now);
    };

    std::vector<Member*> candidates(Channel channel, bool abroad, Deadline now);
    Member* draw(const std::vector<Member*>& among);
    Member* member(Channel channel, std::string_view name);
    void count_error(Member& of, Deadline now);

    const PoolOptions options_;
    std::deque<Member> members_;  // their addresses stay
    Member simulator_;
    std::mt19937_64 random_;
    std::vector<PoolMove> moves_;
};

}  // namespace herald
