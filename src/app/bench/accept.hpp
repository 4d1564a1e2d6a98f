// What more than one benchmark measures of acceptance.
#pragma once

#include "app/bench/site.hpp"

namespace herald::bench
{

// Requests accepted by the API at `port` of this machine, each connection waiting for its answer. Blocking.
double accepted_per_second(const Site& site, std::uint16_t port, const BenchOptions& options);

}  // namespace herald::bench
