#include "operations/manage_contact_lists.hpp"

#include "ops/tasks/tasks.hpp"

namespace herald::tasks
{

Task<std::int64_t> remove_contact_list_files(TaskContext& context, const TaskRun& run)
{
    if (context.contact_list_files == nullptr) co_return 0;  // no place for files: nobody has any
    co_return co_await herald::remove_contact_list_files(context.database, *context.contact_list_files, run.now,
                                                         run.batch, run.deadline);
}

}  // namespace herald::tasks
