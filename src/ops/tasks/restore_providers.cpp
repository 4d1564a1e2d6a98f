#include "operations/tend_providers.hpp"
#include "ops/tasks/tasks.hpp"

namespace herald::tasks
{

Task<std::int64_t> restore_providers(TaskContext& context, Instant now, Deadline deadline)
{
    co_return co_await ProviderStore(context.database).restore(kPriorityStep, now - kRestoreEvery, now, deadline);
}

}  // namespace herald::tasks
