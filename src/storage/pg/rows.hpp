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

// Owns a PGresult. Movable. Reading a column as a type it does not have, or a NULL as a type that is not optional, throws
// std::logic_error naming the statement and the column: the prepared-statement test finds that before a user does.
class Rows
{
public:
    Rows() = default;

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }
    // Rows an INSERT, UPDATE or DELETE touched.
    [[nodiscard]] std::int64_t affected() const;

    // T: the types of Params, std::string for text/bytea/json/uuid-as-text is NOT converted: ask for the column's own type;
    // Bytes for bytea; std::optional<T> where NULL may be; std::vector<T> for arrays.
    template <class T>
    [[nodiscard]] T get(std::size_t row, std::size_t column) const;
    template <class T>
    [[nodiscard]] T get(std::size_t row, std::string_view column) const;

    // Fills a described struct (BOOST_DESCRIBE_STRUCT): each member from the column of its name. Extra columns are an error, too.
    template <class Struct>
    [[nodiscard]] Struct as(std::size_t row) const;
    template <class Struct>
    [[nodiscard]] std::vector<Struct> all() const;

private:
    friend class Connection;
    struct Data;
    std::shared_ptr<const Data> data_;
};

}  // namespace herald::pg

#include "storage/pg/rows_impl.hpp"
