// The answer of one statement, decoded from PostgreSQL's binary format.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include "storage/pg/params.hpp"

namespace herald::pg
{

namespace detail
{
struct Cell;
}

// Owns a PGresult. Cheap to copy. Not thread-safe: it belongs to the loop it came from. Reading a column as a type it
// does not have, or a NULL as a type that is not optional, throws std::logic_error naming the statement and the column:
// the prepared-statement test finds that before a user does.
class Rows
{
public:
    Rows() = default;

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }
    // Rows an INSERT, UPDATE or DELETE touched.
    [[nodiscard]] std::int64_t affected() const;

    // T: the types of Params; std::string for text, varchar, json, jsonb and the labels of enum types. Nothing is
    // converted: ask for the column's own type (int64_t for bigint only, Uuid or an Id for uuid). std::optional<T>
    // where NULL may be; std::vector<T> or std::vector<std::optional<T>> for arrays. The column is looked up by its
    // name each time: in a loop prefer all().
    template <class T>
    [[nodiscard]] T get(std::size_t row, std::size_t column) const;
    template <class T>
    [[nodiscard]] T get(std::size_t row, std::string_view column) const;

    // Fills a described struct (BOOST_DESCRIBE_STRUCT): each member from the column of its name. Extra columns are an
    // error, too.
    template <class Struct>
    [[nodiscard]] Struct as(std::size_t row) const;
    template <class Struct>
    [[nodiscard]] std::vector<Struct> all() const;

private:
    friend class Connection;
    struct Data;
    explicit Rows(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

    [[nodiscard]] detail::Cell cell(std::size_t row, std::size_t column) const;
    [[nodiscard]] std::size_t column_of(std::string_view name) const;
    void expect_columns(std::size_t count) const;
    [[noreturn]] void throw_mismatch(std::size_t column, const char* reason) const;
    template <class Struct>
    [[nodiscard]] auto columns_of() const;
    template <class Struct, class Columns>
    [[nodiscard]] Struct read(std::size_t row, const Columns& columns) const;

    std::shared_ptr<const Data> data_;
};

}  // namespace herald::pg

#include "storage/pg/rows_impl.hpp"
