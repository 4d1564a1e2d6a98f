// `herald bench accept` and `herald bench deliver`: what this machine does, each figure beside its ceiling, measured in
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

// Blocking.
Result<AcceptFigures> run_accept_bench(const BenchOptions& options);
Result<DeliverFigures> run_deliver_bench(const BenchOptions& options);

std::string to_json(const AcceptFigures& figures);
std::string to_json(const DeliverFigures& figures);

}  // namespace herald::bench
