#include "operations/tend_providers.hpp"
#include "ops/tasks/tasks.hpp"

namespace herald::tasks
{

Task<std::int64_t> restore_providers(TaskContext& context, const TaskRun& run)
{
    co_return co_await ProviderStore(context.database)
        .restore(kPriorityStep, run.now - kRestoreEvery, run.now, run.deadline);
}

}  // namespace herald::tasks
