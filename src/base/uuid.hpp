// UUIDs and the strong ids made of them.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace herald
{

struct Uuid
{
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(const Uuid&) const = default;

    // Accepts the canonical 8-4-4-4-12 form in either case; nullopt otherwise.
    static std::optional<Uuid> parse(std::string_view text);
    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] bool is_nil() const { return *this == Uuid{}; }
};

// Version 7 (RFC 9562): the first 48 bits are milliseconds since 1970, so ids sort by time and tables partition on
// them. Monotonic within the process even inside one millisecond or when the clock steps back by up to a minute (a
// larger step is followed: ids that stayed in the future would miss their partition). Thread-safe.
Uuid make_uuid_v7(Instant now);
// Version 4, from the system's random generator. For secrets and names that must not tell their time.
Uuid make_uuid_v4();
// The smallest version 7 id of that instant: the bound of a partition or of a time range.
Uuid uuid_v7_floor(Instant instant);
// The instant inside a version 7 id, to the millisecond.
Instant uuid_v7_time(const Uuid& id);

// A Uuid that knows what it names: a TemplateId is not a ServiceId.
template <class Tag>
struct Id
{
    Uuid value;

    auto operator<=>(const Id&) const = default;
    static std::optional<Id> parse(std::string_view text)
    {
        const auto parsed = Uuid::parse(text);
        if (!parsed) return std::nullopt;
        return Id{*parsed};
    }
    [[nodiscard]] std::string to_string() const { return value.to_string(); }
};

using ServiceId = Id<struct ServiceTag>;
using TemplateId = Id<struct TemplateTag>;
using NotificationId = Id<struct NotificationTag>;
using ApiKeyId = Id<struct ApiKeyTag>;
using UserId = Id<struct UserTag>;
using JobId = Id<struct JobTag>;
using SmsSenderId = Id<struct SmsSenderTag>;
using EmailReplyToId = Id<struct EmailReplyToTag>;
using InboundSmsId = Id<struct InboundSmsTag>;

struct UuidHash
{
    std::size_t operator()(const Uuid& id) const
    {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        std::memcpy(&high, id.bytes.data(), 8);
        std::memcpy(&low, id.bytes.data() + 8, 8);
        return static_cast<std::size_t>(high ^ (low * 0x9E3779B97F4A7C15ULL));
    }
    template <class Tag>
    std::size_t operator()(const Id<Tag>& id) const
    {
        return (*this)(id.value);
    }
};

}  // namespace herald
