// How a job that is being followed is drawn: one line that is rewritten on a terminal, plain lines elsewhere. The text
// is pure; Progress writes to standard error. Single-threaded.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "app/administration.hpp"

namespace herald::cli
{

struct JobCounts
{
    std::int64_t rows = 0;       // as announced
    std::int64_t created = 0;    // rows that became messages, and bad ones
    std::int64_t bad = 0;        // of those
    std::int64_t sent = 0;       // handed over, or ended without that
    std::int64_t delivered = 0;  // the last news there will be, and it is good
    std::int64_t failed = 0;     // for good, cancelled ones included
};

JobCounts counts_of(const JobReport& report);
// Nothing more will happen to it or to its messages.
bool has_ended(const JobReport& report);

// Messages a second: what was sent lately, the last seconds first.
class JobRate
{
public:
    using Time = std::chrono::steady_clock::time_point;

    void note(std::int64_t sent, Time now);
    [[nodiscard]] double per_second() const { return rate_.value_or(0); }
    // Of what is left; nothing as long as nothing is sent.
    [[nodiscard]] std::optional<std::chrono::seconds> time_for(std::int64_t left) const;

private:
    std::optional<Time> noted_at_;
    std::int64_t noted_ = 0;
    std::optional<double> rate_;
};

// "[#####-----]  created 50/100  sent 40  delivered 30  failed 1  12/s  0:05 left"
std::string progress_line(const JobReport& report, const JobRate& rate, bool with_bar);

class Progress
{
public:
    // `is_terminal`: of standard error. Without one, a line when something changed, at most each five seconds.
    explicit Progress(bool is_terminal) : is_terminal_(is_terminal) {}

    void show(const JobReport& report);
    // The last state, and a line break.
    void finish(const JobReport& report);

private:
    void write(const std::string& line);

    const bool is_terminal_;
    JobRate rate_;
    std::string shown_;
    std::optional<JobRate::Time> shown_at_;
};

}  // namespace herald::cli
