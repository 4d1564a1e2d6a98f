// Writing CSV: RFC 4180, lines end in \r\n. Pure; thread-safe.
//
// Formula guard: spreadsheets run cells that begin with = + - @ or a tab as formulas, and what stands in a list comes
// from strangers. A guarded cell has an apostrophe in front, which spreadsheets take for "this is text". Plain numbers
// are not guarded ("+1 (202) 867-5309", "-12.50"), because they do no harm and a phone number has to remain one. The
// guard is for files that people open: a list that goes back to a machine is written without it. The file of bad rows
// is both, so the reader takes the guard off a list with the reason column: what comes back is what was sent.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/recipient_lists/recipient_list.hpp"

namespace herald
{

// The header of the column that the file of bad rows has besides its list's own.
inline constexpr std::string_view kReasonColumn = "reason this row was not sent";

std::string guard_formula(std::string_view cell);
std::string unguard_formula(std::string_view cell);  // unguard_formula(guard_formula(x)) == x

// Adds one record to `out`; as it is, without the guard.
void append_csv_record(std::string& out, std::span<const std::string> cells, char delimiter = ',');

// The file of bad rows: the list's own columns and, last, the reason. UTF-8 with a byte order mark, which Excel needs;
// guarded. A list that was such a file already gets its reasons in the column that it has.
class BadRowsWriter
{
public:
    explicit BadRowsWriter(std::vector<std::string> columns);  // RecipientListReader::columns()

    // The pieces of the file, each a whole record.
    std::string header() const;
    std::string row(std::span<const std::string> cells, std::string_view reason) const;
    std::string row(const RecipientRow& row) const;  // its cells, its errors' reason_text

private:
    std::vector<std::string> columns_;  // with the reason's
    std::size_t list_columns_ = 0;      // how many the list has
    std::size_t reason_column_ = 0;     // an index; what a row has beyond the header line comes after it
};

}  // namespace herald
