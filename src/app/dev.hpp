// `herald dev`: everything on one machine, in one process and a PostgreSQL of its own. Nothing leaves the machine.
#pragma once

#include <filesystem>
#include <optional>

#include "app/dev_folder.hpp"
#include "base/settings.hpp"

namespace herald
{

struct DevOptions
{
    std::filesystem::path directory{kDevFolderName};
    // Written once everything answers, with what a script needs to use the demo services (docs/operating.md, "The ready
    // file").
    std::optional<std::filesystem::path> ready_file;
};

// Blocking; returns after the drain. What `settings` leave open (database, keys, secrets) comes from the folder. Call
// from the main thread. The Error says why it could not start, or that a role failed.
Result<void> run_dev(Settings settings, const DevOptions& options);

}  // namespace herald
