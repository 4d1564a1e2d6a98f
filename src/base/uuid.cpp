#include "base/uuid.hpp"

#include <mutex>

#include "base/crypto.hpp"

namespace herald
{

namespace
{

int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_dash_position(std::size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

void store_big_endian_48(std::uint8_t* to, std::uint64_t value)
{
    for (int i = 0; i < 6; ++i) to[i] = static_cast<std::uint8_t>(value >> (40 - 8 * i));
}

std::uint64_t milliseconds_of(Instant instant)
{
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(instant.time_since_epoch()).count());
}

// Random bytes bought in bulk: one call of the generator serves many ids.
void fill_random(std::uint8_t* to, std::size_t count)
{
    thread_local std::string pool;
    thread_local std::size_t used = 0;
    if (used + count > pool.size())
    {
        pool = random_bytes(4096);
        used = 0;
    }
    std::memcpy(to, pool.data() + used, count);
    used += count;
}

// What keeps ids of one process rising: the last millisecond and a 12-bit counter inside it.
struct V7State
{
    std::mutex mutex;
    std::uint64_t milliseconds = 0;
    std::uint32_t counter = 0;
};

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text)
{
    if (text.size() != 36) return std::nullopt;
    Uuid id;
    std::size_t byte = 0;
    for (std::size_t i = 0; i < 36;)
    {
        if (is_dash_position(i))
        {
            if (text[i] != '-') return std::nullopt;
            ++i;
            continue;
        }
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        id.bytes[byte++] = static_cast<std::uint8_t>(high * 16 + low);
        i += 2;
    }
    return id;
}

std::string Uuid::to_string() const
{
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text(36, '-');
    std::size_t at = 0;
    for (const std::uint8_t byte : bytes)
    {
        if (is_dash_position(at)) ++at;
        text[at++] = kDigits[byte >> 4];
        text[at++] = kDigits[byte & 15];
    }
    return text;
}

Uuid make_uuid_v7(Instant now)
{
    static V7State state;
    std::uint64_t milliseconds = 0;
    std::uint32_t counter = 0;
    {
        const std::lock_guard lock(state.mutex);
        milliseconds = milliseconds_of(now);
        if (milliseconds > state.milliseconds)
        {
            state.milliseconds = milliseconds;
            state.counter = 0;
        }
        else if (++state.counter > 0xFFF)
        {
            ++state.milliseconds;
            state.counter = 0;
        }
        milliseconds = state.milliseconds;
        counter = state.counter;
    }
    Uuid id;
    fill_random(id.bytes.data() + 8, 8);
    store_big_endian_48(id.bytes.data(), milliseconds);
    id.bytes[6] = static_cast<std::uint8_t>(0x70 | (counter >> 8));
    id.bytes[7] = static_cast<std::uint8_t>(counter);
    id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3F));
    return id;
}

Uuid make_uuid_v4()
{
    Uuid id;
    fill_random(id.bytes.data(), 16);
    id.bytes[6] = static_cast<std::uint8_t>(0x40 | (id.bytes[6] & 0x0F));
    id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3F));
    return id;
}

Uuid uuid_v7_floor(Instant instant)
{
    Uuid id;
    store_big_endian_48(id.bytes.data(), milliseconds_of(instant));
    id.bytes[6] = 0x70;
    id.bytes[8] = 0x80;
    return id;
}

Instant uuid_v7_time(const Uuid& id)
{
    std::int64_t milliseconds = 0;
    for (std::size_t i = 0; i < 6; ++i) milliseconds = milliseconds * 256 + id.bytes[i];
    return Instant(std::chrono::milliseconds(milliseconds));
}

}  // namespace herald
