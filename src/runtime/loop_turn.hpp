// For work on a loop that is made of many small pieces: whoever has had the loop for a millisecond lets the others have
// their turn. Used by one coroutine.
#pragma once

#include "runtime/task.hpp"

namespace herald
{

class LoopTurn
{
public:
    // Between two pieces. Does nothing before the turn is over.
    Task<> pass_if_over();

private:
    Deadline over_at_ = deadline_in(milliseconds(1));
};

}  // namespace herald
