// Who may go to work on a message now, who waits a moment, and who is turned away.
//
// A server that takes on more than it can do does everything late. So at most `running` messages are worked on at once;
// behind them waits what the last moments have shown to be done within `longest_wait`; and whatever comes beyond is
// refused at once, before it costs more than its token. Services take turns: each has a line of its own, one message of
// each is let in after the other, and when there is no room a service with a shorter line takes the newest place of the
// longest. So a service that sends ten times its share waits behind itself.
//
// Belongs to one loop. Uncontended, enter() counts one up.
#pragma once

#include <deque>
#include <unordered_map>

#include "base/error.hpp"
#include "base/uuid.hpp"
#include "domain/services/service.hpp"
#include "runtime/task.hpp"

namespace prometheus
{
class Counter;
class Gauge;
}  // namespace prometheus

namespace herald::http
{

struct TurnstileOptions
{
    std::size_t running = 128;
    // Of one service: enough to keep the group commit busy. The rest is for others, who so need not wait until the work
    // of a busy one ends.
    std::size_t running_of_one = 64;
    std::chrono::milliseconds longest_wait{25};  // of what is let in, by the rate of the last moments
};

class Turnstile
{
public:
    Turnstile(asio::any_io_executor executor, TurnstileOptions options);
    Turnstile(const Turnstile&) = delete;
    Turnstile& operator=(const Turnstile&) = delete;
    ~Turnstile();

    // Leave to work; given back by the destructor. The Turnstile outlives it.
    class Place
    {
    public:
        Place(Turnstile& from, ServiceId service) : from_(&from), service_(service) {}
        Place(Place&& other) noexcept : from_(std::exchange(other.from_, nullptr)), service_(other.service_) {}
        Place& operator=(Place&&) = delete;
        ~Place()
        {
            if (from_ != nullptr) from_->leave(service_);
        }

    private:
        Turnstile* from_;
        ServiceId service_;
    };

    // unavailable: come again later.
    Task<Result<Place>> enter(ServiceId service, Deadline deadline);

    [[nodiscard]] std::size_t running() const { return running_; }
    [[nodiscard]] std::size_t waiting() const { return waiting_; }

private:
    struct Waiter;
    using Line = std::deque<Waiter*>;

    void leave(ServiceId service);
    [[nodiscard]] bool may_run(ServiceId service) const;
    void admit_waiting();
    [[nodiscard]] std::size_t room();
    bool make_room_for(ServiceId service);
    void remove(const Waiter& waiter);
    Failure refused();

    const asio::any_io_executor executor_;
    const TurnstileOptions options_;
    std::size_t running_ = 0;
    std::size_t waiting_ = 0;
    std::unordered_map<ServiceId, std::size_t, UuidHash> running_by_service_;  // none is 0
    std::unordered_map<ServiceId, Line, UuidHash> lines_;                      // none is empty
    std::deque<ServiceId> turns_;  // the services of lines_, the next one first

    // How many ended in this window and in the one before.
    Deadline window_ends_{};
    std::size_t ended_ = 0;
    std::size_t ended_before_ = 0;

    prometheus::Counter& refused_metric_;
    prometheus::Gauge& waiting_metric_;
};

}  // namespace herald::http
