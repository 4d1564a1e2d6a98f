// How v2 and the internal API show parts of a job.
#pragma once

#include <vector>

#include "base/json.hpp"
#include "storage/job_store.hpp"

namespace herald::http
{

// How many of its messages have which status.
inline json::array statistics_json(const std::vector<JobCount>& counts)
{
    json::array shown;
    for (const auto& one : counts)
        shown.push_back(json::object{{"status", to_string(one.status)}, {"count", one.count}});
    return shown;
}

}  // namespace herald::http
