#include "base/clock.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <stdexcept>

namespace herald
{
namespace
{

using std::chrono::microseconds;

struct CivilTime
{
    LocalDate date;
    unsigned hour;
    unsigned minute;
    unsigned second;
    unsigned micros;
};

CivilTime civil_time(Instant instant)
{
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const auto in_day = static_cast<std::uint64_t>((instant - day).count());
    const auto seconds = static_cast<unsigned>(in_day / 1'000'000);
    return {LocalDate(day), seconds / 3600, seconds / 60 % 60, seconds % 60, static_cast<unsigned>(in_day % 1'000'000)};
}

std::string format_seconds(const CivilTime& time)
{
    return fmt::format(FMT_STRING("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}"), static_cast<int>(time.date.year()),
                       static_cast<unsigned>(time.date.month()), static_cast<unsigned>(time.date.day()), time.hour,
                       time.minute, time.second);
}

// Reads an ISO 8601 text from left to right; every method leaves the position alone when it answers no.
class Reader
{
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    std::optional<int> digits(std::size_t count)
    {
        if (rest_.size() < count) return std::nullopt;
        int value = 0;
        for (const char c : rest_.substr(0, count))
        {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }
    bool skip(std::string_view any_of)
    {
        if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    // The digits behind a decimal point: at least one; what is finer than a microsecond is cut off.
    std::optional<int> fraction()
    {
        int value = 0;
        std::size_t count = 0;
        for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count)
            if (count < 6) value = value * 10 + (rest_[count] - '0');
        if (count == 0) return std::nullopt;
        for (std::size_t i = count; i < 6; ++i) value *= 10;
        rest_.remove_prefix(count);
        return value;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

std::optional<LocalDate> read_date(Reader& reader)
{
    const auto year = reader.digits(4);
    if (!year || *year == 0) return std::nullopt;
    const bool dashes = reader.skip("-");
    const auto month = reader.digits(2);
    if (!month || reader.skip("-") != dashes) return std::nullopt;
    const auto day = reader.digits(2);
    if (!day) return std::nullopt;
    const LocalDate date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                         std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok()) return std::nullopt;
    return date;
}

std::optional<microseconds> read_time(Reader& reader)
{
    const auto hour = reader.digits(2);
    if (!hour || *hour > 23) return std::nullopt;
    const bool colons = reader.skip(":");
    const auto minute = reader.digits(2);
    if (!minute || *minute > 59) return std::nullopt;
    const auto up_to_minute = std::chrono::hours(*hour) + std::chrono::minutes(*minute);

    if (colons && !reader.skip(":")) return up_to_minute;
    const auto second = reader.digits(2);
    if (!second) return colons ? std::nullopt : std::optional<microseconds>(up_to_minute);
    if (*second > 59) return std::nullopt;
    int micros = 0;
    if (reader.skip(".,"))
    {
        const auto fraction = reader.fraction();
        if (!fraction) return std::nullopt;
        micros = *fraction;
    }
    return up_to_minute + std::chrono::seconds(*second) + microseconds(micros);
}

// How far local time is ahead of UTC. No zone: 0.
std::optional<std::chrono::minutes> read_zone(Reader& reader)
{
    if (reader.at_end() || reader.skip("Zz")) return std::chrono::minutes(0);
    const bool ahead = reader.skip("+");
    if (!ahead && !reader.skip("-")) return std::nullopt;
    const auto hours = reader.digits(2);
    if (!hours || *hours > 23) return std::nullopt;
    int minutes = 0;
    if (!reader.at_end())
    {
        reader.skip(":");
        const auto read = reader.digits(2);
        if (!read || *read > 59) return std::nullopt;
        minutes = *read;
    }
    const auto offset = std::chrono::hours(*hours) + std::chrono::minutes(minutes);
    return ahead ? offset : -offset;
}

const date::time_zone& as_zone(const void* zone)
{
    return *static_cast<const date::time_zone*>(zone);
}

}  // namespace

Instant SystemClock::now() const
{
    return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
}

std::string format_v2(Instant instant)
{
    const CivilTime time = civil_time(instant);
    return format_seconds(time) + fmt::format(FMT_STRING(".{:06}Z"), time.micros);
}

std::string format_v1(Instant instant)
{
    const CivilTime time = civil_time(instant);
    std::string text = format_seconds(time);
    if (time.micros != 0) text += fmt::format(FMT_STRING(".{:06}"), time.micros);
    return text + "+00:00";
}

std::optional<Instant> parse_iso8601(std::string_view text)
{
    Reader reader(text);
    const auto date = read_date(reader);
    if (!date) return std::nullopt;
    if (reader.at_end()) return Instant(std::chrono::sys_days(*date));
    if (!reader.skip("Tt ")) return std::nullopt;
    const auto time = read_time(reader);
    if (!time) return std::nullopt;
    const auto offset = read_zone(reader);
    if (!offset || !reader.at_end()) return std::nullopt;
    return Instant(std::chrono::sys_days(*date)) + *time - *offset;
}

TimeZone::TimeZone(const std::string& iana_name) : name_(iana_name), zone_(nullptr)
{
    try
    {
        zone_ = date::locate_zone(iana_name);
        // The zone's file is read on first use: do that now, where a broken one can be reported.
        static_cast<void>(date_of(Instant{}));
    }
    catch (const std::exception& error)
    {
        throw std::runtime_error("time zone '" + iana_name + "' is not in the system's tzdata (" + error.what() + ")");
    }
}

LocalDate TimeZone::date_of(Instant instant) const
{
    const auto local = date::floor<date::days>(as_zone(zone_).to_local(instant));
    return LocalDate(std::chrono::sys_days(local.time_since_epoch()));
}

Instant TimeZone::start_of(LocalDate date) const
{
    // `earliest` is right for both odd cases: midnight that happens twice, and midnight that is skipped (then: the
    // change).
    const date::local_days midnight(std::chrono::sys_days(date).time_since_epoch());
    return as_zone(zone_).to_sys(midnight, date::choose::earliest);
}

LocalDate add_days(LocalDate date, int days)
{
    return {std::chrono::sys_days(date) + std::chrono::days(days)};
}

LocalDate utc_date(Instant instant)
{
    return {std::chrono::floor<std::chrono::days>(instant)};
}

std::string format_date(LocalDate date)
{
    return fmt::format(FMT_STRING("{:04}-{:02}-{:02}"), static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace herald
