// Time. Everything that depends on "now" takes an Instant as a parameter; only edges ask a Clock.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace herald
{

// UTC with microseconds, as PostgreSQL stores it.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

// Thread-safe: every implementation may be asked from any thread.
class Clock
{
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

class SystemClock final : public Clock
{
public:
    [[nodiscard]] Instant now() const override;
};

// Stands still until moved. For tests.
class FakeClock final : public Clock
{
public:
    explicit FakeClock(Instant start) : now_(start.time_since_epoch().count()) {}
    [[nodiscard]] Instant now() const override { return Instant(std::chrono::microseconds(now_.load())); }
    void advance(std::chrono::microseconds by) { now_ += by.count(); }
    void set(Instant to) { now_ = to.time_since_epoch().count(); }

private:
    std::atomic<std::int64_t> now_;
};

// "2026-11-23T09:05:07.000123Z", the form of the v2 API.
std::string format_v2(Instant instant);
// "2026-11-23T09:05:07+00:00", the form of the v1 API (fraction only when there is one).
std::string format_v1(Instant instant);
// Accepts the two above and any ISO 8601 date-time with a zone or without (then UTC), and a date alone (its midnight,
// UTC). nullopt for anything else.
std::optional<Instant> parse_iso8601(std::string_view text);

// A calendar date in the configured zone.
using LocalDate = std::chrono::year_month_day;

// The local days of one IANA zone. Immutable after construction, so thread-safe.
class TimeZone
{
public:
    // Throws std::runtime_error naming the zone when the system's tzdata does not know it.
    explicit TimeZone(const std::string& iana_name);
    [[nodiscard]] LocalDate date_of(Instant instant) const;
    [[nodiscard]] Instant start_of(LocalDate date) const;  // first instant of that local day
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    std::string name_;
    const void* zone_;  // date::time_zone, kept out of this header because it costs seconds to parse
};

LocalDate add_days(LocalDate date, int days);
LocalDate utc_date(Instant instant);
std::string format_date(LocalDate date);  // 2026-11-23

}  // namespace herald
