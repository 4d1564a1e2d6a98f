#include "workers/delivery_worker.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.hpp"

namespace herald
{

namespace
{

// After so many hand-offs begun in one go, others on the loop get their turn.
constexpr std::size_t kBurst = 16;

}  // namespace

// One of a provider's places, held while it has the message in hand.
class DeliveryWorker::Place
{
public:
    Place(DeliveryWorker& worker, const ClaimedDelivery& claimed)
        : worker_(&worker), channel_(static_cast<Channel>(claimed.channel)), provider_(claimed.provider)
    {
        worker_->deliver_.providers().begin(channel_, provider_, std::chrono::steady_clock::now());
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { leave(); }

    void leave()
    {
        if (worker_ == nullptr) return;
        worker_->deliver_.providers().end(channel_, provider_);
        worker_->room_changed();
        worker_ = nullptr;
    }

private:
    DeliveryWorker* worker_;
    Channel channel_;
    std::string provider_;
};

DeliveryWorker::DeliveryWorker(asio::any_io_executor executor, DeliveryQueue& queue, DeliverNotifications& deliver,
                               WakeUp& wake_up, const Clock& clock, Options options)
    : queue_(queue), deliver_(deliver), wake_up_(wake_up), clock_(clock), options_(options), scope_(std::move(executor))
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
            co_await wake_up_.wait(
                deliver_.providers().next_room(std::chrono::steady_clock::now(), deadline_in(options_.poll)));
        else
            co_await begin(std::move(claimed), &stop);
    }
}

std::size_t DeliveryWorker::recordable() const
{
    const std::size_t room = options_.unrecorded - std::min(options_.unrecorded, unrecorded_);
    return room < std::max<std::size_t>(1, options_.unrecorded / 8) ? 0 : room;
}

ClaimRoom DeliveryWorker::room()
{
    auto& providers = deliver_.providers();
    const auto now = std::chrono::steady_clock::now();
    ClaimRoom room{providers.choose(Channel::email, now), providers.choose(Channel::sms, now),
                   providers.choose_simulator()};
    for (ClaimShare* share : {&room.email, &room.sms, &room.test})
        share->room = std::min({share->room, recordable(), options_.batch});
    return room;
}

void DeliveryWorker::room_changed()
{
    if ((!lacks_email_ && !lacks_sms_) || recordable() == 0) return;
    auto& providers = deliver_.providers();
    const auto now = std::chrono::steady_clock::now();
    if ((lacks_email_ && providers.has_room(Channel::email, now)) ||
        (lacks_sms_ && providers.has_room(Channel::sms, now)))
        wake_up_.raise();
}

// Empty: no room, nothing there, or the database is away.
Task<std::vector<ClaimedDelivery>> DeliveryWorker::claim()
{
    auto room_now = room();
    lacks_email_ = room_now.email.room == 0;
    lacks_sms_ = room_now.sms.room == 0;
    std::vector<ClaimedDelivery> claimed;
    if (room_now.is_empty()) co_return claimed;
    try
    {
        claimed = co_await queue_.claim(std::move(room_now), clock_.now(), deadline_in(options_.database_timeout));
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
        Place place(*this, claimed);
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
