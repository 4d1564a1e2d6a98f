// From the settings of a process to where its objects are.
#pragma once

#include <memory>

#include "base/settings.hpp"
#include "objects/object_store.hpp"
#include "runtime/cpu_pool.hpp"

namespace herald
{

// Blocking. Throws std::invalid_argument naming the key that is missing or wrong and what to do, or ObjectStoreError
// when the folder cannot be made. `pool` outlives the store: it has a thread or two of its own, because files are read,
// written and flushed on it.
std::unique_ptr<ObjectStore> make_object_store(asio::any_io_executor executor, const Settings& settings, CpuPool& pool);

}  // namespace herald
