// HTTP load from this machine to itself, for `herald bench`: keep-alive connections that each send the next request as
// soon as the last answer is complete. Loopback only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "runtime/task.hpp"

namespace herald::bench
{

struct LoadOptions
{
    std::uint16_t port = 0;
    std::size_t connections = 64;
    std::chrono::milliseconds warm_up{1000};  // not measured
    std::chrono::milliseconds duration{5000};
    // The bytes of a whole HTTP/1.1 request. Called between sends; the view is good until the next call.
    std::function<std::string_view()> next_request;
};

struct LoadReport
{
    double seconds = 0;
    std::map<int, std::uint64_t> statuses;  // of the measured answers
    std::uint64_t unmeasured = 0;           // 2xx answers before and after the measured time
    std::vector<std::uint32_t> latencies_us;

    [[nodiscard]] std::uint64_t succeeded() const;  // 2xx
    [[nodiscard]] double per_second() const { return seconds > 0 ? static_cast<double>(succeeded()) / seconds : 0; }
    // 0 when nothing was measured. Reorders the latencies.
    [[nodiscard]] double percentile_ms(double percent);
};

// Blocking, on the calling thread. Throws std::runtime_error when it cannot connect or a connection breaks.
LoadReport generate_load(const LoadOptions& options);

// The value below which `percent` of `values` lie. Sorts them.
double percentile(std::vector<double>& values, double percent);

}  // namespace herald::bench
