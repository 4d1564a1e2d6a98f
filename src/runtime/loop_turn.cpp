#include "runtime/loop_turn.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace herald
{

Task<> LoopTurn::pass_if_over()
{
    if (std::chrono::steady_clock::now() < over_at_) co_return;
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
    over_at_ = deadline_in(milliseconds(1));
}

}  // namespace herald
