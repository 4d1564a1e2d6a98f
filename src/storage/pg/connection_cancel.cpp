// Stopping on the server what nobody waits for any more.
//
// A cancel request hits whatever the connection runs when it arrives, so: only the statement in front is cancelled;
// nothing new is sent until the request is over; and a neighbour that was hit instead is sent again (finish_front),
// because its Sync failed as a whole.
#include "base/log.hpp"
#include "storage/pg/cancel.hpp"
#include "storage/pg/connection.hpp"

namespace herald::pg
{

namespace
{

// An abandoned statement that comes to the front is often done before a cancel request would be: under overload those
// requests, each a new connection and a new process for the server, would make matters worse.
constexpr std::chrono::milliseconds kGrace{20};
// A server that has not stopped a statement by then is taken for lost.
constexpr std::chrono::seconds kPatience{5};

}  // namespace

void Connection::abandon(const Request& request)
{
    if (!ready() || in_flight_.empty() || in_flight_.front().get() != &request) return;
    cancel_front();
}

void Connection::look_at_front()
{
    if (cancelling_ || in_flight_.empty() || !in_flight_.front()->abandoned) return;
    cancel_timer_.expires_after(kGrace);
    cancel_timer_.async_wait(
        [self = shared_from_this(), generation = generation_,
         front = in_flight_.front()](const boost::system::error_code& error)
        {
            if (error || generation != self->generation_) return;
            if (!self->in_flight_.empty() && self->in_flight_.front() == front) self->cancel_front();
        });
}

void Connection::cancel_front()
{
    if (cancelling_) return;
    cancelling_ = true;
    for (const auto& request : in_flight_) request->exposed_to_cancel = true;
    watch_cancelled();
    cancel_on_server(conn_, executor_,
                     [self = shared_from_this(), generation = generation_]
                     {
                         if (generation == self->generation_) self->cancel_ended();
                     });
}

void Connection::cancel_ended()
{
    cancelling_ = false;
    const auto generation = generation_;
    auto held = std::move(unsent_);
    unsent_.clear();
    while (!held.empty() && generation == generation_)
    {
        auto request = std::move(held.front());
        held.pop_front();
        if (!request->abandoned) submit(std::move(request));
    }
    if (generation != generation_) return owner_.connection_lost(*this, std::move(held), "the connection was lost");
    // The statement in front may have come there while the request was under way.
    if (!in_flight_.empty() && in_flight_.front()->abandoned && !in_flight_.front()->exposed_to_cancel) look_at_front();
    owner_.connection_idle(*this);
}

void Connection::watch_cancelled()
{
    cancel_timer_.expires_after(kPatience);
    cancel_timer_.async_wait(
        [self = shared_from_this(), generation = generation_,
         front = in_flight_.front()](const boost::system::error_code& error)
        {
            if (error || generation != self->generation_) return;
            if (!self->in_flight_.empty() && self->in_flight_.front() == front)
            {
                self->lost("the database did not stop a statement that was cancelled");
            }
        });
}

}  // namespace herald::pg
