#include "base/uuid.hpp"

#include <atomic>

#include "base/random.hpp"

namespace herald
{
namespace
{

constexpr std::array<std::uint8_t, 16> kTextOffsets = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
constexpr std::size_t kTextLength = 36;
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> make_digit_values()
{
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoDigit);
    for (std::uint8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
    for (std::uint8_t i = 0; i < 6; ++i)
    {
        values[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
        values[static_cast<std::size_t>('A' + i)] = static_cast<std::uint8_t>(10 + i);
    }
    return values;
}

constexpr auto kDigitValues = make_digit_values();

constexpr int kCounterBits = 12;
// A clock that was wrong by more than this and is set right is followed at once: ids that stay in the future would land
// in partitions that do not exist yet.
constexpr std::uint64_t kLargestStepBackMs = 60'000;

// Milliseconds and the 12 bits behind the version, as one number that only grows.
std::atomic<std::uint64_t> last_stamp{0};

std::uint64_t milliseconds_of(Instant instant)
{
    const auto count = std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
    return count < 0 ? 0 : static_cast<std::uint64_t>(count) & 0xffff'ffff'ffffULL;
}

// The 12 bits start from the fraction of the millisecond (RFC 9562, 6.2, method 3), so ids of several processes
// interleave well.
std::uint64_t stamp_of(Instant instant)
{
    const auto micros = static_cast<std::uint64_t>(
        instant.time_since_epoch().count() < 0 ? 0 : instant.time_since_epoch().count() % 1000);
    return (milliseconds_of(instant) << kCounterBits) | (micros * 4);
}

std::uint64_t next_stamp(Instant now)
{
    const std::uint64_t wanted = stamp_of(now);
    std::uint64_t last = last_stamp.load(std::memory_order_relaxed);
    while (true)
    {
        const bool stepped_far_back = wanted + (kLargestStepBackMs << kCounterBits) < last;
        const std::uint64_t next = wanted > last || stepped_far_back ? wanted : last + 1;
        if (last_stamp.compare_exchange_weak(last, next, std::memory_order_relaxed)) return next;
    }
}

void put_stamp(Uuid& id, std::uint64_t stamp)
{
    const std::uint64_t ms = stamp >> kCounterBits;
    for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    id.bytes[6] = static_cast<std::uint8_t>(0x70 | ((stamp >> 8) & 0x0f));
    id.bytes[7] = static_cast<std::uint8_t>(stamp);
}

void put_variant(Uuid& id)
{
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text)
{
    if (text.size() != kTextLength || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
        return std::nullopt;
    Uuid id;
    for (std::size_t i = 0; i < id.bytes.size(); ++i)
    {
        const auto high = kDigitValues[static_cast<std::uint8_t>(text[kTextOffsets[i]])];
        const auto low = kDigitValues[static_cast<std::uint8_t>(text[kTextOffsets[i] + 1U])];
        if (high == kNoDigit || low == kNoDigit) return std::nullopt;
        id.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return id;
}

std::string Uuid::to_string() const
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text(kTextLength, '-');
    for (std::size_t i = 0; i < bytes.size(); ++i)
    {
        text[kTextOffsets[i]] = kDigits[bytes[i] >> 4];
        text[kTextOffsets[i] + 1U] = kDigits[bytes[i] & 0x0f];
    }
    return text;
}

Uuid make_uuid_v7(Instant now)
{
    Uuid id;
    fill_random(id.bytes.data() + 8, 8);
    put_stamp(id, next_stamp(now));
    put_variant(id);
    return id;
}

Uuid make_uuid_v4()
{
    Uuid id;
    fill_random(id.bytes.data(), id.bytes.size());
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);
    put_variant(id);
    return id;
}

Uuid uuid_v7_floor(Instant instant)
{
    Uuid id;
    put_stamp(id, milliseconds_of(instant) << kCounterBits);
    put_variant(id);
    return id;
}

Instant uuid_v7_time(const Uuid& id)
{
    std::int64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | id.bytes[i];
    return Instant(std::chrono::milliseconds(ms));
}

}  // namespace herald
