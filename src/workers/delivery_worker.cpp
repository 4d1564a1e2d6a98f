#include "workers/delivery_worker.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <prometheus/gauge.h>

#include "base/log.hpp"
#include "base/metrics.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kEmail = 0;
constexpr std::size_t kSms = 1;
// After so many hand-offs begun in one go, others on the loop get their turn.
constexpr std::size_t kBurst = 16;

std::size_t channel_of(const ClaimedDelivery& claimed)
{
    return static_cast<Channel>(claimed.channel) == Channel::sms ? kSms : kEmail;
}

prometheus::Gauge& in_flight_gauge(const char* channel)
{
    return metrics::gauge("herald_delivery_in_flight", "Hand-offs to providers under way", {{"channel", channel}});
}

}  // namespace

// One of a channel's places, held while a provider has the message in hand.
class DeliveryWorker::Place
{
public:
    Place(DeliveryWorker& worker, std::size_t channel) : worker_(&worker), channel_(channel)
    {
        ++worker_->handing_over_[channel_];
        worker_->gauges_[channel_]->Increment();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { leave(); }

    void leave()
    {
        if (worker_ == nullptr) return;
        --worker_->handing_over_[channel_];
        worker_->gauges_[channel_]->Decrement();
        worker_->room_changed();
        worker_ = nullptr;
    }

private:
    DeliveryWorker* worker_;
    std::size_t channel_;
};

DeliveryWorker::DeliveryWorker(asio::any_io_executor executor, DeliveryQueue& queue, DeliverNotifications& deliver,
                               WakeUp& wake_up, const Clock& clock, Options options)
    : queue_(queue),
      deliver_(deliver),
      wake_up_(wake_up),
      clock_(clock),
      options_(options),
      gauges_{&in_flight_gauge("email"), &in_flight_gauge("sms")},
      scope_(std::move(executor))
{
}

Task<> DeliveryWorker::run(StopToken stop)
{
    scope_.spawn("delivery_worker_stop", wake_at_stop(stop));
    co_await work(std::move(stop));
    while (!co_await scope_.join(deadline_in(options_.poll)))
    {
        // Every hand-off and every record has a deadline of its own.
    }
}

Task<DeliveryCounts> DeliveryWorker::run_once()
{
    counts_ = DeliveryCounts();
    auto claimed = co_await queue_.claim(room(), clock_.now(), deadline_in(options_.database_timeout));
    co_await begin(std::move(claimed), nullptr);
    while (!co_await scope_.join(deadline_in(options_.poll)))
    {
    }
    co_return counts_;
}

Task<> DeliveryWorker::work(StopToken stop)
{
    while (!stop.requested())
    {
        auto claimed = co_await claim();
        if (claimed.empty())
            co_await wake_up_.wait(deadline_in(options_.poll));
        else
            co_await begin(std::move(claimed), &stop);
    }
}

// A channel that is nearly full waits until a claim is worth its cost.
ClaimRoom DeliveryWorker::room() const
{
    const std::size_t unrecorded = options_.unrecorded - std::min(options_.unrecorded, unrecorded_);
    const auto room_of = [&](std::size_t channel) -> std::size_t
    {
        const std::size_t places = options_.concurrency - std::min(options_.concurrency, handing_over_[channel]);
        if (unrecorded < std::max<std::size_t>(1, options_.unrecorded / 8)) return 0;
        if (places < std::max<std::size_t>(1, options_.concurrency / 8)) return 0;
        return std::min({places, unrecorded, options_.batch});
    };
    return ClaimRoom{room_of(kEmail), room_of(kSms)};
}

void DeliveryWorker::room_changed()
{
    if (!waits_for_room_) return;
    const auto now = room();
    if ((lacked_.email == 0 && now.email > 0) || (lacked_.sms == 0 && now.sms > 0)) wake_up_.raise();
}

// Empty: no room, nothing there, or the database is away.
Task<std::vector<ClaimedDelivery>> DeliveryWorker::claim()
{
    lacked_ = room();
    waits_for_room_ = lacked_.email == 0 || lacked_.sms == 0;
    std::vector<ClaimedDelivery> claimed;
    if (lacked_.email == 0 && lacked_.sms == 0) co_return claimed;
    try
    {
        claimed = co_await queue_.claim(lacked_, clock_.now(), deadline_in(options_.database_timeout));
        co_return claimed;
    }
    catch (const std::exception& failure)
    {
        log::warning("messages could not be claimed", {{"reason", failure.what()}});
    }
    co_await sleep_for(options_.pause);
    co_return claimed;
}

Task<> DeliveryWorker::begin(std::vector<ClaimedDelivery> claimed, const StopToken* stop)
{
    counts_.claimed += claimed.size();
    for (std::size_t i = 0; i < claimed.size(); ++i)
    {
        if (stop != nullptr && stop->requested())
        {
            const auto rest = claimed.begin() + static_cast<std::ptrdiff_t>(i);
            std::vector<ClaimedDelivery> unbegun(std::make_move_iterator(rest), std::make_move_iterator(claimed.end()));
            co_await give_back(std::move(unbegun));
            co_return;
        }
        ++unrecorded_;
        scope_.spawn("deliver_notification", deliver(std::move(claimed[i])));
        if (i % kBurst == kBurst - 1) co_await sleep_until(std::chrono::steady_clock::now());
    }
}

Task<> DeliveryWorker::deliver(ClaimedDelivery claimed)
{
    bool recorded = false;
    try
    {
        Place place(*this, channel_of(claimed));
        auto result = co_await deliver_.hand_over(std::move(claimed));
        place.leave();
        co_await deliver_.record(std::move(result));
        recorded = true;
    }
    catch (const std::exception& failure)
    {
        log::warning("the result of a hand-off was not recorded", {{"reason", failure.what()}});
    }
    ++(recorded ? counts_.recorded : counts_.lost);
    --unrecorded_;
    room_changed();
}

Task<> DeliveryWorker::give_back(std::vector<ClaimedDelivery> claimed)
{
    const auto count = claimed.size();
    try
    {
        co_await queue_.release(std::move(claimed), deadline_in(options_.database_timeout));
        counts_.released += count;
    }
    catch (const std::exception& failure)
    {
        // The leases end by themselves.
        log::warning("claimed messages could not be given back", {{"messages", count}, {"reason", failure.what()}});
    }
}

Task<> DeliveryWorker::wake_at_stop(StopToken stop)
{
    co_await stop.wait();
    wake_up_.raise();
}

}  // namespace herald
