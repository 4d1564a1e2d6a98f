#include "domain/recipient_lists/csv_writer.hpp"

#include <algorithm>
#include <utility>

#include "domain/recipient_lists/list_columns.hpp"

namespace herald
{
namespace
{

constexpr std::string_view kByteOrderMark = "\ufeff";

bool is_number(std::string_view text)
{
    return text.find_first_not_of("+-0123456789 ().,/") == std::string_view::npos;
}

// A formula, or one with apostrophes before it: those of a guard, or the sender's own, which need one more so that the
// reader takes off no other than ours.
bool needs_guard(std::string_view cell)
{
    cell.remove_prefix(std::min(cell.find_first_not_of('\''), cell.size()));
    if (cell.empty()) return false;
    const bool sign = cell.front() == '+' || cell.front() == '-';
    return std::string_view("=@\t\r").contains(cell.front()) || (sign && !is_number(cell));
}

bool needs_quotes(std::string_view cell, char delimiter)
{
    if (cell.empty()) return false;
    const char special[] = {delimiter, '"', '\r', '\n', '\0'};
    return cell.find_first_of(special) != std::string_view::npos || cell.front() == ' ';
}

void append_cell(std::string& out, std::string_view cell, char delimiter)
{
    if (!needs_quotes(cell, delimiter))
    {
        out += cell;
        return;
    }
    out += '"';
    for (const char c : cell)
    {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

std::string guarded_record(std::vector<std::string> cells)
{
    for (auto& cell : cells) cell = guard_formula(cell);
    std::string text;
    append_csv_record(text, cells);
    return text;
}

}  // namespace

std::string guard_formula(std::string_view cell)
{
    std::string guarded(needs_guard(cell) ? "'" : "");
    return guarded += cell;
}

std::string unguard_formula(std::string_view cell)
{
    if (cell.starts_with('\'') && needs_guard(cell)) cell.remove_prefix(1);
    return std::string(cell);
}

void append_csv_record(std::string& out, std::span<const std::string> cells, char delimiter)
{
    for (std::size_t i = 0; i < cells.size(); ++i)
    {
        if (i > 0) out += delimiter;
        append_cell(out, cells[i], delimiter);
    }
    if (cells.size() == 1 && cells.front().empty()) out += "\"\"";  // otherwise a line without a cell
    out += "\r\n";
}

BadRowsWriter::BadRowsWriter(std::vector<std::string> columns)
    : columns_(std::move(columns)), list_columns_(columns_.size())
{
    const auto is_reason = [](const std::string& name)
    {
        return column_key(name) == column_key(kReasonColumn);
    };
    const auto known = std::ranges::find_if(columns_, is_reason);
    reason_column_ = static_cast<std::size_t>(known - columns_.begin());
    if (known == columns_.end()) columns_.emplace_back(kReasonColumn);
}

std::string BadRowsWriter::header() const
{
    return std::string(kByteOrderMark) + guarded_record(columns_);
}

std::string BadRowsWriter::row(std::span<const std::string> cells, std::string_view reason) const
{
    std::vector<std::string> record(cells.begin(), cells.end());
    record.resize(std::max(record.size(), list_columns_));
    if (reason_column_ == list_columns_) record.emplace(record.begin() + static_cast<std::ptrdiff_t>(reason_column_));
    record[reason_column_] = reason;
    return guarded_record(std::move(record));
}

std::string BadRowsWriter::row(const RecipientRow& row) const
{
    return this->row(row.cells, reason_text(row.errors));
}

}  // namespace herald
