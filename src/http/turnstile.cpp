#include "http/turnstile.hpp"

#include <algorithm>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/metrics.hpp"

namespace herald::http
{

namespace
{

constexpr std::chrono::milliseconds kWindow{100};
// The rate may fall while one waits.
constexpr int kPatience = 4;

}  // namespace

struct Turnstile::Waiter
{
    enum class State
    {
        waits,
        admitted,
        pushed_out,
    };

    Waiter(Turnstile& at, ServiceId of, Deadline deadline) : turnstile(at), service(of), timer(at.executor_, deadline)
    {
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter()
    {
        if (state == State::waits) turnstile.remove(*this);
    }
    void end(State with)
    {
        state = with;
        timer.cancel();
    }

    Turnstile& turnstile;
    const ServiceId service;
    asio::steady_timer timer;
    State state = State::waits;
};

Turnstile::Turnstile(asio::any_io_executor executor, TurnstileOptions options)
    : executor_(std::move(executor)),
      options_(options),
      refused_metric_(metrics::counter("herald_accepts_refused_total", "Messages turned away because too many waited")),
      waiting_metric_(metrics::gauge("herald_accepts_waiting", "Messages that wait to be worked on"))
{
}

Turnstile::~Turnstile() = default;

Task<Result<Turnstile::Place>> Turnstile::enter(ServiceId service, Deadline deadline)
{
    if (may_run(service) && !lines_.contains(service))
    {
        ++running_;
        ++running_by_service_[service];
        co_return Place(*this, service);
    }
    if (waiting_ >= room() && !make_room_for(service)) co_return refused();

    Waiter waiter(*this, service, std::min(deadline, deadline_in(options_.longest_wait * kPatience)));
    Line& line = lines_[service];
    if (line.empty()) turns_.push_back(service);
    line.push_back(&waiter);
    ++waiting_;
    waiting_metric_.Increment();
    boost::system::error_code ignored;
    co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (waiter.state != Waiter::State::admitted) co_return refused();
    co_return Place(*this, service);
}

Failure Turnstile::refused()
{
    refused_metric_.Increment();
    return fail(ErrorKind::unavailable, "Too many requests are waiting; try again in a moment");
}

// As many may wait as end within longest_wait.
std::size_t Turnstile::room()
{
    const auto now = std::chrono::steady_clock::now();
    if (now >= window_ends_)
    {
        ended_before_ = now < window_ends_ + kWindow ? ended_ : 0;
        ended_ = 0;
        window_ends_ = now + kWindow;
    }
    const auto end_in_time = std::max(ended_, ended_before_) *
                             static_cast<std::size_t>(options_.longest_wait / milliseconds(1)) /
                             static_cast<std::size_t>(kWindow / milliseconds(1));
    return std::max(options_.running, end_in_time);
}

// False: the service's own line is as long as any.
bool Turnstile::make_room_for(ServiceId service)
{
    const auto own = lines_.find(service);
    const std::size_t length = own == lines_.end() ? 0 : own->second.size();
    if ((length + 1) * lines_.size() > waiting_) return false;
    const auto longest = std::max_element(lines_.begin(), lines_.end(), [](const auto& one, const auto& other)
                                          { return one.second.size() < other.second.size(); });
    if (longest->second.size() <= length + 1) return false;
    Waiter& newest = *longest->second.back();
    remove(newest);
    newest.end(Waiter::State::pushed_out);
    return true;
}

bool Turnstile::may_run(ServiceId service) const
{
    if (running_ >= options_.running) return false;
    const auto own = running_by_service_.find(service);
    return own == running_by_service_.end() || own->second < options_.running_of_one;
}

void Turnstile::leave(ServiceId service)
{
    --running_;
    ++ended_;
    const auto own = running_by_service_.find(service);
    if (--own->second == 0) running_by_service_.erase(own);
    admit_waiting();
}

// Round after round, one of each service, until nobody who waits may run.
void Turnstile::admit_waiting()
{
    for (std::size_t refused = 0; running_ < options_.running && refused < turns_.size();)
    {
        const ServiceId service = turns_.front();
        turns_.pop_front();
        turns_.push_back(service);
        if (!may_run(service))
        {
            ++refused;
            continue;
        }
        refused = 0;
        Waiter& first = *lines_.at(service).front();
        remove(first);
        ++running_;
        ++running_by_service_[service];
        first.end(Waiter::State::admitted);
    }
}

void Turnstile::remove(const Waiter& waiter)
{
    const auto line = lines_.find(waiter.service);
    if (line->second.front() == &waiter)
        line->second.pop_front();
    else if (line->second.back() == &waiter)
        line->second.pop_back();
    else
        std::erase(line->second, &waiter);
    --waiting_;
    waiting_metric_.Decrement();
    if (!line->second.empty()) return;
    lines_.erase(line);
    std::erase(turns_, waiter.service);
}

}  // namespace herald::http
