// Streaming standbys of a private cluster (ClusterOptions::standby_of), for benchmarks and tests. Blocking.
#pragma once

#include <string>

#include "base/error.hpp"

namespace herald::pg
{

// Returns when a standby of the cluster at `primary` (conninfo or URI) streams and has caught up to within a megabyte.
// Error (unavailable) after a minute.
Result<void> await_standby(const std::string& primary);
// From the return on each commit of the cluster waits until a standby has flushed it (true), or for none (false).
// Error (unavailable) when no standby streams within a minute: commits then wait all the same.
Result<void> require_standby(const std::string& primary, bool required);

}  // namespace herald::pg
