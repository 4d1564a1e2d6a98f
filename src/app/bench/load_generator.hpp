// HTTP load from this machine to itself, for `herald bench`: keep-alive connections that each send the next request as
// soon as the last answer is complete, or at a pace of their own whatever the server does. Loopback only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "runtime/task.hpp"

namespace herald::bench
{

struct LoadOptions
{
    std::uint16_t port = 0;
    std::size_t connections = 64;
    double requests_per_s = 0;                // of all connections together; 0: as fast as they are answered
    std::chrono::milliseconds warm_up{1000};  // not measured
    std::chrono::milliseconds duration{5000};
    // The bytes of a whole HTTP/1.1 request. Called between sends; the view is good until the next call.
    std::function<std::string_view()> next_request;
    // Called with the body of each 2xx answer, measured or not. May be empty.
    std::function<void(std::string_view body)> on_success;
};

struct LoadReport
{
    double seconds = 0;
    std::map<int, std::uint64_t> statuses;    // of the measured answers
    std::uint64_t unmeasured = 0;             // 2xx answers before and after the measured time
    std::vector<std::uint32_t> latencies_us;  // of 2xx
    std::vector<std::uint32_t> refused_us;    // of 429 and 503 with Retry-After

    [[nodiscard]] std::uint64_t succeeded() const;  // 2xx
    [[nodiscard]] std::uint64_t refused() const { return refused_us.size(); }
    [[nodiscard]] std::uint64_t failed() const;  // neither
    [[nodiscard]] double per_second() const { return seconds > 0 ? static_cast<double>(succeeded()) / seconds : 0; }
    // 0 when nothing was measured. Reorders the latencies.
    [[nodiscard]] double percentile_ms(double percent);
    [[nodiscard]] double refused_percentile_ms(double percent);
};

// Blocking, on the calling thread. Throws std::runtime_error when it cannot connect or a connection breaks.
LoadReport generate_load(const LoadOptions& options);
// Several at once, a report for each.
std::vector<LoadReport> generate_loads(std::span<const LoadOptions> loads);

// As if it had been one load, of the longest duration.
LoadReport merge(std::vector<LoadReport> reports);

// The value below which `percent` of `values` lie. Sorts them.
double percentile(std::vector<double>& values, double percent);

}  // namespace herald::bench
