// Asio's timer, but one that a VirtualTime of the thread takes over.
//
// For what waits on deadlines in the core: sleep_until, Notifier, with_deadline, GroupCommit. Code that waits for
// sockets keeps asio::steady_timer: a socket knows no other time than the machine's. Belongs to one Loop.
#pragma once

#include <utility>

#include <boost/asio/async_result.hpp>

#include "runtime/task.hpp"
#include "runtime/virtual_time.hpp"

namespace herald
{

class Timer
{
public:
    Timer(asio::any_io_executor executor, Deadline expiry)
        : virtual_time_(VirtualTime::of_this_thread()), timer_(std::move(executor), expiry)
    {
    }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    // What waits is cancelled.
    ~Timer()
    {
        if (virtual_time_ != nullptr) virtual_time_->cancel(wait_);
    }

    [[nodiscard]] Deadline expiry() const { return timer_.expiry(); }
    // What waits ends with operation_aborted.
    void cancel()
    {
        if (virtual_time_ == nullptr)
            timer_.cancel();
        else
            virtual_time_->cancel(wait_);
    }
    // One wait at a time.
    template <class Token>
    auto async_wait(Token&& token)
    {
        return asio::async_initiate<Token, void(boost::system::error_code)>(
            [this](auto handler)
            {
                if (virtual_time_ == nullptr)
                    timer_.async_wait(std::move(handler));
                else
                    wait_ = virtual_time_->wait(expiry(), timer_.get_executor(), std::move(handler));
            },
            token);
    }

private:
    VirtualTime* const virtual_time_;
    VirtualTime::Wait wait_;
    asio::steady_timer timer_;
};

}  // namespace herald
