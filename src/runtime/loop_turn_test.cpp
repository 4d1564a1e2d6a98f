#include "runtime/loop_turn.hpp"

#include <gtest/gtest.h>

#include "runtime/task_scope.hpp"

namespace herald
{
namespace
{

Task<> work_until(bool& other_has_run, int& pieces)
{
    LoopTurn turn;
    while (!other_has_run)
    {
        ++pieces;
        co_await turn.pass_if_over();
    }
}

Task<> mark(bool& has_run)
{
    has_run = true;
    co_return;
}

TEST(LoopTurn, others_get_the_loop_while_long_work_goes_on)
{
    bool other_has_run = false;
    int pieces = 0;
    run_task<>(
        [&]() -> Task<>
        {
            TaskScope scope(co_await asio::this_coro::executor);
            scope.spawn("work", work_until(other_has_run, pieces));
            scope.spawn("other", mark(other_has_run));
            scope.close();
            co_await scope.join(deadline_in(seconds(30)));
        });
    EXPECT_TRUE(other_has_run);
    EXPECT_GT(pieces, 1);  // not at every piece
}

}  // namespace
}  // namespace herald
