// `herald bench`: what this machine does, each figure beside its ceiling, measured in the same run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "app/bench/report.hpp"
#include "base/error.hpp"

namespace herald::bench
{

// Who takes the emails.
enum class Through
{
    capture,
    smtp,  // a server of our own in this process
    ses,   // likewise
};

struct BenchOptions
{
    std::filesystem::path directory = "herald-bench";  // made for the run and removed after it
    int seconds = 8;                                   // of each measurement
    std::size_t connections = 64;
    std::size_t overload_connections = 512;  // of those who send more than the server can do
    std::size_t backlog = 1'000'000;         // of run_deliver_bench
    int rounds = 3;                          // of what is measured in turns: `standby` and run_rotate_bench
    std::size_t rows = 300'000;              // that are there to be sealed anew
    std::size_t job_rows = 100'000;          // of run_job_bench
    double rotation_share = 0.1;             // RotationOptions::share
    Through through = Through::capture;      // of run_sink_bench
    bool errors = true;                      // the server answers like one of the real world
    // Called as each measurement begins.
    std::function<void(const std::string& what)> progress;
};

// Blocking.
Result<Report> run_accept_bench(const BenchOptions& options);
Result<Report> run_deliver_bench(const BenchOptions& options);  // through capture
Result<Report> run_sink_bench(const BenchOptions& options);     // through one that errs
Result<Report> run_overload_bench(const BenchOptions& options);
Result<Report> run_job_bench(const BenchOptions& options);
Result<Report> run_rotate_bench(const BenchOptions& options);
// The rate of acceptance, or of delivery, with a synchronous standby and without.
Result<Report> run_accept_standby_bench(const BenchOptions& options);
Result<Report> run_deliver_standby_bench(const BenchOptions& options);

}  // namespace herald::bench
