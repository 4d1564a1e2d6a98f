#include "operations/suppress_recipients.hpp"

#include "ops/tasks/tasks.hpp"

namespace herald::tasks
{

Task<std::int64_t> suppress_recipients(TaskContext& context, const TaskRun& run)
{
    if (context.keys == nullptr)
        throw std::runtime_error("it needs the key ring: set security.keys to the one that the servers have");
    co_return co_await suppress_due_recipients(context.database, *context.keys, run.now, run.deadline);
}

}  // namespace herald::tasks
