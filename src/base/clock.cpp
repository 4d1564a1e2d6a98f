#include "base/clock.hpp"

#include <cstdio>

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

namespace herald
{

namespace
{

struct CivilTime
{
    int year;
    unsigned month;
    unsigned day;
    long long hour;
    long long minute;
    long long second;
    long long microsecond;
};

CivilTime civil_time(Instant instant)
{
    using namespace std::chrono;
    const auto day = floor<days>(instant);
    const year_month_day date{day};
    const auto in_day = (instant - day).count();
    return {static_cast<int>(date.year()),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            in_day / 3'600'000'000,
            in_day / 60'000'000 % 60,
            in_day / 1'000'000 % 60,
            in_day % 1'000'000};
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Reads exactly `count` digits at `at`; moves `at` behind them.
std::optional<int> read_digits(std::string_view text, std::size_t& at, std::size_t count)
{
    if (at + count > text.size()) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i, ++at)
    {
        if (!is_digit(text[at])) return std::nullopt;
        value = value * 10 + (text[at] - '0');
    }
    return value;
}

bool skip(std::string_view text, std::size_t& at, char wanted)
{
    if (at >= text.size() || text[at] != wanted) return false;
    ++at;
    return true;
}

// ".123456", up to nine digits of which six count; nothing is 0.
std::optional<std::int64_t> read_fraction(std::string_view text, std::size_t& at)
{
    if (at >= text.size() || (text[at] != '.' && text[at] != ',')) return 0;
    ++at;
    std::int64_t value = 0;
    std::size_t digits = 0;
    for (; at < text.size() && is_digit(text[at]); ++at, ++digits)
    {
        if (digits < 6) value = value * 10 + (text[at] - '0');
    }
    if (digits == 0 || digits > 9) return std::nullopt;
    for (; digits < 6; ++digits) value *= 10;
    return value;
}

// "Z", "+hh:mm", "-hhmm", "+hh"; nothing is UTC. Seconds east of Greenwich.
std::optional<int> read_offset(std::string_view text, std::size_t& at)
{
    if (at == text.size()) return 0;
    if (text[at] == 'Z' || text[at] == 'z')
    {
        ++at;
        return 0;
    }
    if (text[at] != '+' && text[at] != '-') return std::nullopt;
    const int sign = text[at++] == '-' ? -1 : 1;
    const auto hours = read_digits(text, at, 2);
    if (!hours || *hours > 23) return std::nullopt;
    if (at == text.size()) return sign * *hours * 3600;
    if (text[at] == ':') ++at;
    const auto minutes = read_digits(text, at, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    return sign * (*hours * 3600 + *minutes * 60);
}

std::optional<std::chrono::sys_days> read_date(std::string_view text, std::size_t& at)
{
    const auto year = read_digits(text, at, 4);
    if (!year || !skip(text, at, '-')) return std::nullopt;
    const auto month = read_digits(text, at, 2);
    if (!month || !skip(text, at, '-')) return std::nullopt;
    const auto day = read_digits(text, at, 2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
}

const date::time_zone* zone_of(const void* zone)
{
    return static_cast<const date::time_zone*>(zone);
}

}  // namespace

Instant SystemClock::now() const
{
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string format_v2(Instant instant)
{
    const auto t = civil_time(instant);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", t.year, t.month, t.day, t.hour, t.minute, t.second,
                       t.microsecond);
}

std::string format_v1(Instant instant)
{
    const auto t = civil_time(instant);
    auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", t.year, t.month, t.day, t.hour, t.minute, t.second);
    if (t.microsecond != 0) text += fmt::format(".{:06}", t.microsecond);
    return text + "+00:00";
}

std::optional<Instant> parse_iso8601(std::string_view text)
{
    std::size_t at = 0;
    const auto day = read_date(text, at);
    if (!day) return std::nullopt;
    if (at == text.size()) return Instant(*day);
    if (text[at] != 'T' && text[at] != 't' && text[at] != ' ') return std::nullopt;
    ++at;
    const auto hour = read_digits(text, at, 2);
    if (!hour || *hour > 23 || !skip(text, at, ':')) return std::nullopt;
    const auto minute = read_digits(text, at, 2);
    if (!minute || *minute > 59) return std::nullopt;
    int second = 0;
    if (skip(text, at, ':'))
    {
        const auto seconds = read_digits(text, at, 2);
        if (!seconds || *seconds > 59) return std::nullopt;
        second = *seconds;
    }
    const auto fraction = read_fraction(text, at);
    if (!fraction) return std::nullopt;
    const auto offset = read_offset(text, at);
    if (!offset || at != text.size()) return std::nullopt;
    return Instant(*day) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(second) +
           std::chrono::microseconds(*fraction) - std::chrono::seconds(*offset);
}

TimeZone::TimeZone(const std::string& iana_name) : name_(iana_name), zone_(date::locate_zone(iana_name)) {}

LocalDate TimeZone::date_of(Instant instant) const
{
    const auto local = zone_of(zone_)->to_local(instant);
    const auto days = date::floor<date::days>(local).time_since_epoch().count();
    return LocalDate(std::chrono::sys_days(std::chrono::days(days)));
}

Instant TimeZone::start_of(LocalDate day) const
{
    const auto local = date::local_days(date::days(std::chrono::sys_days(day).time_since_epoch().count()));
    // choose::earliest: a midnight that a clock change skips or repeats still has one first instant.
    const auto utc = zone_of(zone_)->to_sys(local, date::choose::earliest);
    return std::chrono::time_point_cast<std::chrono::microseconds>(utc);
}

LocalDate add_days(LocalDate day, int days)
{
    return LocalDate(std::chrono::sys_days(day) + std::chrono::days(days));
}

LocalDate utc_date(Instant instant)
{
    return LocalDate(std::chrono::floor<std::chrono::days>(instant));
}

std::string format_date(LocalDate day)
{
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                       static_cast<unsigned>(day.day()));
}

}  // namespace herald
