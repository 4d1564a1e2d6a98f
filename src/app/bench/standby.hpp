// A rate with a synchronous standby and without one. For `herald bench accept --standby` and `deliver --standby`.
#pragma once

#include <functional>

#include "app/bench/bench.hpp"
#include "app/bench/site.hpp"

namespace herald::bench
{

// A second PostgreSQL, copied from the site's, on the same machine. Each round measures `rate` without it, beside it
// while nobody waits for it, and while each commit waits until it has the commit on its disk, too. Blocking. Throws
// std::runtime_error when the standby cannot be had.
Report measure_standby(const Site& site, const BenchOptions& options, std::string_view command,
                       const std::function<double()>& rate);

}  // namespace herald::bench
