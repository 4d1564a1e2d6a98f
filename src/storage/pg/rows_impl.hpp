// Private to rows.hpp: how each C++ type is read from PostgreSQL's binary format.
#pragma once

#include <array>
#include <bit>
#include <optional>
#include <type_traits>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include "storage/pg/rows.hpp"

namespace herald::pg::detail
{

// Thrown while decoding, caught by Rows::get, which knows the statement and the column.
struct Mismatch
{
    const char* reason;
};

// Big-endian integers from `bytes`, which must have exactly the size of the type.
template <std::integral Integer>
Integer get_int(std::string_view bytes)
{
    if (bytes.size() != sizeof(Integer)) throw Mismatch{"the value has another size"};
    std::make_unsigned_t<Integer> value = 0;
    for (const char byte : bytes)
    {
        value = static_cast<std::make_unsigned_t<Integer>>((static_cast<std::uint64_t>(value) << 8U) |
                                                           static_cast<unsigned char>(byte));
    }
    return static_cast<Integer>(value);
}

// Decoding<T>: which column types it reads, and get() of one value that is not NULL.
template <class T>
struct Decoding
{
    static bool accepts(std::uint32_t type) { return type == Encoding<T>::kOid; }
    static T get(std::uint32_t /*type*/, std::string_view bytes)
        requires std::integral<T>
    {
        return get_int<T>(bytes);
    }
};

template <>
struct Decoding<bool>
{
    static bool accepts(std::uint32_t type) { return type == oid_bool; }
    static bool get(std::uint32_t /*type*/, std::string_view bytes) { return get_int<std::uint8_t>(bytes) != 0; }
};

template <>
struct Decoding<double>
{
    static bool accepts(std::uint32_t type) { return type == oid_float8; }
    static double get(std::uint32_t /*type*/, std::string_view bytes)
    {
        return std::bit_cast<double>(get_int<std::int64_t>(bytes));
    }
};

// The labels of enum types (their numbers are given by the database) travel as text as well.
template <>
struct Decoding<std::string>
{
    static bool accepts(std::uint32_t type)
    {
        return type == oid_text || type == oid_varchar || type == oid_bpchar || type == oid_name || type == oid_json ||
               type == oid_jsonb || type >= oid_first_user;
    }
    static std::string get(std::uint32_t type, std::string_view bytes)
    {
        if (type == oid_jsonb) bytes.remove_prefix(1);  // the version of the format (jsonb_send)
        return std::string(bytes);
    }
};

template <>
struct Decoding<Bytes>
{
    static bool accepts(std::uint32_t type) { return type == oid_bytea; }
    static Bytes get(std::uint32_t /*type*/, std::string_view bytes) { return Bytes{std::string(bytes)}; }
};

template <>
struct Decoding<Uuid>
{
    static bool accepts(std::uint32_t type) { return type == oid_uuid; }
    static Uuid get(std::uint32_t /*type*/, std::string_view bytes)
    {
        Uuid id;
        if (bytes.size() != id.bytes.size()) throw Mismatch{"the value has another size"};
        std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
        return id;
    }
};

template <class Tag>
struct Decoding<Id<Tag>>
{
    static bool accepts(std::uint32_t type) { return type == oid_uuid; }
    static Id<Tag> get(std::uint32_t type, std::string_view bytes) { return Id<Tag>{Decoding<Uuid>::get(type, bytes)}; }
};

template <>
struct Decoding<Instant>
{
    static bool accepts(std::uint32_t type) { return type == oid_timestamptz; }
    static Instant get(std::uint32_t /*type*/, std::string_view bytes)
    {
        const auto count = get_int<std::int64_t>(bytes);
        const auto beyond = std::chrono::microseconds(Instant(kPgEpoch).time_since_epoch()).count();
        // Also catches infinity, which is the largest number, and -infinity, the smallest.
        if (count > INT64_MAX - beyond || count == INT64_MIN)
            throw Mismatch{"the instant is outside what Herald stores"};
        return Instant(kPgEpoch) + std::chrono::microseconds(count);
    }
};

template <>
struct Decoding<LocalDate>
{
    static bool accepts(std::uint32_t type) { return type == oid_date; }
    static LocalDate get(std::uint32_t /*type*/, std::string_view bytes)
    {
        const auto count = get_int<std::int32_t>(bytes);
        if (count == INT32_MAX || count == INT32_MIN) throw Mismatch{"the date is infinite"};
        return LocalDate(kPgEpoch + std::chrono::days(count));
    }
};

// Walks the bytes of an array. Layout: see Encoding<std::vector>.
class ArrayReader
{
public:
    explicit ArrayReader(std::string_view bytes) : rest_(bytes)
    {
        const auto dimensions = take_int();
        take_int();  // whether there are NULLs: the elements say so themselves
        element_type_ = static_cast<std::uint32_t>(take_int());
        if (dimensions == 0) return;
        if (dimensions != 1) throw Mismatch{"the array has more than one dimension"};
        size_ = static_cast<std::size_t>(take_int());
        take_int();  // lower bound
    }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::uint32_t element_type() const { return element_type_; }
    std::optional<std::string_view> next()
    {
        const auto length = take_int();
        if (length < 0) return std::nullopt;
        return take(static_cast<std::size_t>(length));
    }

private:
    std::string_view take(std::size_t count)
    {
        if (count > rest_.size()) throw Mismatch{"the array is cut short"};
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    std::int32_t take_int() { return get_int<std::int32_t>(take(4)); }

    std::string_view rest_;
    std::size_t size_ = 0;
    std::uint32_t element_type_ = 0;
};

template <class Element>
Element read_element(std::uint32_t type, std::optional<std::string_view> bytes)
{
    using Plain = typename ElementOf<Element>::Type;
    if constexpr (!std::same_as<Plain, Element>)
    {
        if (!bytes) return std::nullopt;
    }
    if (!bytes) throw Mismatch{"an element is NULL"};
    return Decoding<Plain>::get(type, *bytes);
}

template <class Element>
struct Decoding<std::vector<Element>>
{
    using Plain = typename ElementOf<Element>::Type;
    static bool accepts(std::uint32_t type)
    {
        return type == Encoding<Plain>::kArrayOid || (std::same_as<Plain, std::string> && type == oid_varchar_array);
    }
    static std::vector<Element> get(std::uint32_t /*type*/, std::string_view bytes)
    {
        ArrayReader reader(bytes);
        std::vector<Element> values;
        values.reserve(std::min(reader.size(), bytes.size()));
        for (std::size_t i = 0; i < reader.size(); ++i)
        {
            values.push_back(read_element<Element>(reader.element_type(), reader.next()));
        }
        return values;
    }
};

// One value of a result. `bytes` is empty when NULL.
struct Cell
{
    std::uint32_t type;
    std::optional<std::string_view> bytes;
};

template <class T>
T read_cell(const Cell& cell)
{
    using Plain = typename ElementOf<T>::Type;
    if (!Decoding<Plain>::accepts(cell.type)) throw Mismatch{"the column has another type"};
    if constexpr (!std::same_as<Plain, T>)
    {
        if (!cell.bytes) return std::nullopt;
    }
    if (!cell.bytes) throw Mismatch{"the value is NULL"};
    return Decoding<Plain>::get(cell.type, *cell.bytes);
}

}  // namespace herald::pg::detail

namespace herald::pg
{

template <class T>
T Rows::get(std::size_t row, std::size_t column) const
{
    try
    {
        return detail::read_cell<T>(cell(row, column));
    }
    catch (const detail::Mismatch& mismatch)
    {
        throw_mismatch(column, mismatch.reason);
    }
}

template <class T>
T Rows::get(std::size_t row, std::string_view column) const
{
    return get<T>(row, column_of(column));
}

template <class Struct>
auto Rows::columns_of() const
{
    using Members = boost::describe::describe_members<Struct, boost::describe::mod_any_access>;
    constexpr auto count = boost::mp11::mp_size<Members>::value;
    std::array<std::size_t, count> columns{};
    std::size_t next = 0;
    boost::mp11::mp_for_each<Members>([&](auto member) { columns[next++] = column_of(member.name); });
    expect_columns(count);
    return columns;
}

template <class Struct, class Columns>
Struct Rows::read(std::size_t row, const Columns& columns) const
{
    using Members = boost::describe::describe_members<Struct, boost::describe::mod_any_access>;
    Struct value{};
    std::size_t next = 0;
    boost::mp11::mp_for_each<Members>(
        [&](auto member)
        {
            using Member = std::remove_cvref_t<decltype(value.*member.pointer)>;
            value.*member.pointer = get<Member>(row, columns[next++]);
        });
    return value;
}

template <class Struct>
Struct Rows::as(std::size_t row) const
{
    return read<Struct>(row, columns_of<Struct>());
}

template <class Struct>
std::vector<Struct> Rows::all() const
{
    std::vector<Struct> values;
    if (empty()) return values;
    const auto columns = columns_of<Struct>();
    values.reserve(size());
    for (std::size_t row = 0; row < size(); ++row) values.push_back(read<Struct>(row, columns));
    return values;
}

}  // namespace herald::pg
