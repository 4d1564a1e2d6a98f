// `herald bench accept`, `deliver` and `overload`: what this machine does, each figure beside its ceiling, measured in
// the same run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/error.hpp"

namespace herald::bench
{

struct BenchOptions
{
    std::filesystem::path directory = "herald-bench";  // made for the run and removed after it
    int seconds = 8;                                   // of each measurement
    std::size_t connections = 64;
    std::size_t overload_connections = 512;  // of those who send more than the server can do
    std::size_t backlog = 1'000'000;
    // Called as each measurement begins.
    std::function<void(const std::string& what)> progress;
};

struct AcceptFigures
{
    double accepted_per_s = 0;
    double ceiling_rows_per_s = 0;      // the same rows by bare multi-row inserts, same durability
    double http_ceiling_per_s = 0;      // the same server and bytes, answering at once
    double without_database_per_s = 0;  // everything but the write
    double p50_ms = 0;
    double p99_ms = 0;
    double rss_mb = 0;
    std::uint64_t refused = 0;  // answers that were not 2xx
};

struct DeliverFigures
{
    double delivered_per_s = 0;
    double delivered_per_s_with_snapshot = 0;  // with an idle transaction's snapshot held open
    double handoff_p50_ms = 0;
    double handoff_p95_ms = 0;
    double handoff_p99_ms = 0;
    double handoff_p95_ms_behind_backlog = 0;
    double handoff_p99_ms_behind_backlog = 0;
    std::uint64_t backlog = 0;
    double rss_mb = 0;
    std::uint64_t messages = 0;
    std::uint64_t undelivered = 0;  // of those measured; anything but 0 is a fault
};

struct OverloadFigures
{
    double peak_per_s = 0;  // accepted, each connection waiting for its answer
    // At twice the peak, sent at a fixed pace:
    double offered_per_s = 0;  // answered, of whatever status
    double goodput_per_s = 0;
    double goodput_to_peak = 0;
    double accepted_p99_ms = 0;
    std::uint64_t refused = 0;  // 429 and 503 with Retry-After
    std::uint64_t failed = 0;   // anything else but 2xx: anything but 0 is a fault
    double refused_p50_ms = 0;
    double refused_p99_ms = 0;
    // Other tenants at 0.4 of the peak, beside one that sends its share (0.2), and then ten times as much:
    double others_p99_ms = 0;
    double others_p99_ms_beside_greedy = 0;
    double others_p99_rise = 0;
    std::uint64_t others_refused = 0;
};

// Blocking.
Result<AcceptFigures> run_accept_bench(const BenchOptions& options);
Result<DeliverFigures> run_deliver_bench(const BenchOptions& options);
Result<OverloadFigures> run_overload_bench(const BenchOptions& options);

std::string to_json(const AcceptFigures& figures);
std::string to_json(const DeliverFigures& figures);
std::string to_json(const OverloadFigures& figures);

}  // namespace herald::bench
