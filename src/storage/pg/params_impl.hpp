// Private to params.hpp: how each C++ type looks in PostgreSQL's binary format. All integers are big endian.
#pragma once

#include <bit>
#include <concepts>
#include <type_traits>

#include "storage/pg/params.hpp"

namespace herald::pg::detail
{

// src/include/catalog/pg_type.dat of PostgreSQL: these numbers never change.
enum Oid : std::uint32_t
{
    oid_bool = 16,
    oid_bytea = 17,
    oid_name = 19,
    oid_int8 = 20,
    oid_int2 = 21,
    oid_int4 = 23,
    oid_text = 25,
    oid_json = 114,
    oid_float8 = 701,
    oid_bpchar = 1042,
    oid_varchar = 1043,
    oid_date = 1082,
    oid_timestamptz = 1184,
    oid_uuid = 2950,
    oid_jsonb = 3802,
    oid_first_user = 16384,  // types made by CREATE TYPE

    oid_bool_array = 1000,
    oid_bytea_array = 1001,
    oid_int2_array = 1005,
    oid_int4_array = 1007,
    oid_text_array = 1009,
    oid_varchar_array = 1015,
    oid_int8_array = 1016,
    oid_float8_array = 1022,
    oid_date_array = 1182,
    oid_timestamptz_array = 1185,
    oid_uuid_array = 2951,
};

// PostgreSQL counts from 2000-01-01.
inline constexpr std::chrono::sys_days kPgEpoch{std::chrono::year{2000} / 1 / 1};

template <std::integral Integer>
void put_int(std::string& out, Integer value)
{
    using Unsigned = std::make_unsigned_t<Integer>;
    const auto bits = static_cast<Unsigned>(value);
    char bytes[sizeof(Integer)];
    for (std::size_t i = 0; i < sizeof(Integer); ++i)
    {
        bytes[i] = static_cast<char>(static_cast<unsigned char>(bits >> (8 * (sizeof(Integer) - 1 - i))));
    }
    out.append(bytes, sizeof(Integer));
}

// Encoding<T>: the type, its array type, and put(), which appends the value without its length.
template <class T>
struct Encoding;

template <std::integral Integer, std::uint32_t Type, std::uint32_t ArrayType>
struct IntegerEncoding
{
    static constexpr std::uint32_t kOid = Type;
    static constexpr std::uint32_t kArrayOid = ArrayType;
    static void put(std::string& out, Integer value) { put_int(out, value); }
};
template <>
struct Encoding<std::int16_t> : IntegerEncoding<std::int16_t, oid_int2, oid_int2_array>
{
};
template <>
struct Encoding<std::int32_t> : IntegerEncoding<std::int32_t, oid_int4, oid_int4_array>
{
};
template <>
struct Encoding<std::int64_t> : IntegerEncoding<std::int64_t, oid_int8, oid_int8_array>
{
};

template <>
struct Encoding<bool>
{
    static constexpr std::uint32_t kOid = oid_bool;
    static constexpr std::uint32_t kArrayOid = oid_bool_array;
    static void put(std::string& out, bool value) { out.push_back(value ? '\1' : '\0'); }
};

template <>
struct Encoding<double>
{
    static constexpr std::uint32_t kOid = oid_float8;
    static constexpr std::uint32_t kArrayOid = oid_float8_array;
    static void put(std::string& out, double value) { put_int(out, std::bit_cast<std::int64_t>(value)); }
};

template <>
struct Encoding<std::string_view>
{
    static constexpr std::uint32_t kOid = oid_text;
    static constexpr std::uint32_t kArrayOid = oid_text_array;
    static void put(std::string& out, std::string_view value) { out.append(value); }
};
template <>
struct Encoding<std::string> : Encoding<std::string_view>
{
};

template <>
struct Encoding<Bytes>
{
    static constexpr std::uint32_t kOid = oid_bytea;
    static constexpr std::uint32_t kArrayOid = oid_bytea_array;
    static void put(std::string& out, const Bytes& value) { out.append(value.value); }
};

template <>
struct Encoding<Uuid>
{
    static constexpr std::uint32_t kOid = oid_uuid;
    static constexpr std::uint32_t kArrayOid = oid_uuid_array;
    static void put(std::string& out, const Uuid& value)
    {
        for (const auto byte : value.bytes) out.push_back(static_cast<char>(byte));
    }
};
template <class Tag>
struct Encoding<Id<Tag>> : Encoding<Uuid>
{
    static void put(std::string& out, const Id<Tag>& value) { Encoding<Uuid>::put(out, value.value); }
};

template <>
struct Encoding<Instant>
{
    static constexpr std::uint32_t kOid = oid_timestamptz;
    static constexpr std::uint32_t kArrayOid = oid_timestamptz_array;
    static void put(std::string& out, Instant value)
    {
        put_int(out, static_cast<std::int64_t>((value - Instant(kPgEpoch)).count()));
    }
};

template <>
struct Encoding<LocalDate>
{
    static constexpr std::uint32_t kOid = oid_date;
    static constexpr std::uint32_t kArrayOid = oid_date_array;
    static void put(std::string& out, LocalDate value)
    {
        put_int(out, static_cast<std::int32_t>((std::chrono::sys_days(value) - kPgEpoch).count()));
    }
};

template <class T>
concept Array = requires(const T& value) {
    typename T::value_type;
    typename T::allocator_type;
    requires std::same_as<T, std::vector<typename T::value_type>>;
};

template <class T>
struct ElementOf
{
    using Type = T;
};
template <class T>
struct ElementOf<std::optional<T>>
{
    using Type = T;
};

// The element's length goes before it and is only known after it.
template <class T>
void put_element(std::string& out, const T& value)
{
    const auto start = out.size();
    out.append(4, '\0');
    Encoding<T>::put(out, value);
    std::string length;
    put_int(length, static_cast<std::int32_t>(out.size() - start - 4));
    out.replace(start, 4, length);
}
template <class T>
void put_element(std::string& out, const std::optional<T>& value)
{
    if (value) return put_element(out, *value);
    put_int(out, std::int32_t{-1});
}

// array_recv: dimensions, has-nulls flag, element type, then length and lower bound of the one dimension.
template <class Element>
struct Encoding<std::vector<Element>>
{
    using Plain = typename ElementOf<Element>::Type;
    static constexpr std::uint32_t kOid = Encoding<Plain>::kArrayOid;
    static void put(std::string& out, const std::vector<Element>& values)
    {
        put_int(out, std::int32_t{values.empty() ? 0 : 1});
        put_int(out, std::int32_t{std::same_as<Plain, Element> ? 0 : 1});
        put_int(out, Encoding<Plain>::kOid);
        if (values.empty()) return;
        put_int(out, static_cast<std::int32_t>(values.size()));
        put_int(out, std::int32_t{1});
        for (const auto& value : values) put_element<Plain>(out, value);
    }
};

}  // namespace herald::pg::detail

namespace herald::pg
{

template <class T>
void Params::put(const T& value)
{
    begin(detail::Encoding<T>::kOid);
    detail::Encoding<T>::put(buffer_, value);
    lengths_.back() = static_cast<int>(buffer_.size() - offsets_.back());
}

template <class T>
void Params::add(const std::optional<T>& value)
{
    if (value) return add(*value);
    add_null(detail::Encoding<T>::kOid);
}

template <class T>
void Params::add(const std::vector<T>& values)
{
    put(values);
}

template <class T>
void Params::add(const std::vector<std::optional<T>>& values)
{
    put(values);
}

}  // namespace herald::pg
