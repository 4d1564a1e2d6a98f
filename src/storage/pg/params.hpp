// The parameters of one statement, in PostgreSQL's binary format.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"

namespace herald::pg
{

// Bytes that go to a bytea, to tell them from text.
struct Bytes
{
    std::string value;
    auto operator<=>(const Bytes&) const = default;
};

// Filled in order ($1, $2, ...), then moved into Database::execute. Owns every byte it was given.
//
// Types: bool boolean · int16/int32/int64 smallint/integer/bigint · double float8 · string_view text · Bytes bytea ·
// Uuid and Id<> uuid · Instant timestamptz · LocalDate date · optional<T> NULL when empty · vector<T> and
// vector<optional<T>> the array of T (one dimension). Text must be valid UTF-8 without NUL: check before, PostgreSQL
// refuses it otherwise and the whole batch fails.
class Params
{
public:
    Params() = default;
    template <class... Values>
    static Params of(const Values&... values)
    {
        Params params;
        (params.add(values), ...);
        return params;
    }

    void add(bool value);
    void add(std::int16_t value);
    void add(std::int32_t value);
    void add(std::int64_t value);
    void add(double value);
    void add(std::string_view value);
    void add(const std::string& value) { add(std::string_view(value)); }
    void add(const char* value) { add(std::string_view(value)); }
    void add(const Bytes& value);
    void add(const Uuid& value);
    void add(Instant value);
    void add(LocalDate value);
    void add_json(std::string_view value);  // jsonb
    template <class Tag>
    void add(const Id<Tag>& value)
    {
        add(value.value);
    }
    template <class T>
    void add(const std::optional<T>& value);
    template <class T>
    void add(const std::vector<T>& values);
    template <class T>
    void add(const std::vector<std::optional<T>>& values);

    [[nodiscard]] std::size_t size() const { return types_.size(); }
    // What libpq takes, for the driver. Valid until the next add(); `lengths` of a NULL is not read.
    struct View
    {
        int count;
        const std::uint32_t* types;
        const char* const* values;
        const int* lengths;
        const int* formats;
    };
    [[nodiscard]] View view();

private:
    // One buffer and offsets into it, so a statement of twenty parameters costs a handful of allocations. See
    // params_impl.hpp.
    void begin(std::uint32_t oid);
    void add_null(std::uint32_t oid);
    template <class T>
    void put(const T& value);
    std::string buffer_;
    std::vector<std::uint32_t> types_;
    std::vector<std::size_t> offsets_;
    std::vector<int> lengths_;         // -1: NULL
    std::vector<const char*> values_;  // made by view()
    std::vector<int> formats_;
};

}  // namespace herald::pg

#include "storage/pg/params_impl.hpp"
