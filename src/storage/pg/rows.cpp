#include "storage/pg/rows.hpp"

#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "storage/pg/rows_data.hpp"

namespace herald::pg
{

std::size_t Rows::size() const
{
    return data_ ? static_cast<std::size_t>(PQntuples(data_->result)) : 0;
}

std::int64_t Rows::affected() const
{
    if (!data_) return 0;
    const std::string_view text = PQcmdTuples(data_->result);
    std::int64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);  // empty for statements that touch no rows
    return count;
}

detail::Cell Rows::cell(std::size_t row, std::size_t column) const
{
    if (row >= size()) throw std::logic_error(fmt::format("row {} of {} was asked for", row, size()));
    const auto* result = data_->result;
    const auto r = static_cast<int>(row);
    const auto c = static_cast<int>(column);
    if (c >= PQnfields(result)) throw_mismatch(column, "there is no such column");
    if (PQgetisnull(result, r, c) != 0) return {PQftype(result, c), std::nullopt};
    return {PQftype(result, c),
            std::string_view(PQgetvalue(result, r, c), static_cast<std::size_t>(PQgetlength(result, r, c)))};
}

std::size_t Rows::column_of(std::string_view name) const
{
    const auto count = data_ ? PQnfields(data_->result) : 0;
    for (int i = 0; i < count; ++i)
    {
        if (name == PQfname(data_->result, i)) return static_cast<std::size_t>(i);
    }
    throw std::logic_error(fmt::format("statement {} has no column {}", data_ ? data_->statement : "(none)", name));
}

void Rows::expect_columns(std::size_t count) const
{
    const auto have = static_cast<std::size_t>(PQnfields(data_->result));
    if (have == count) return;
    throw std::logic_error(fmt::format("statement {} has {} columns, {} were expected", data_->statement, have, count));
}

void Rows::throw_mismatch(std::size_t column, const char* reason) const
{
    const auto* name = PQfname(data_->result, static_cast<int>(column));
    throw std::logic_error(fmt::format("statement {}, column {} ({}): {}", data_->statement, column,
                                       name != nullptr ? name : "?", reason));
}

}  // namespace herald::pg
