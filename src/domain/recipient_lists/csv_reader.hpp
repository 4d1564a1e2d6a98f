// CSV, a record at a time, while the text comes in.
//
// RFC 4180, and what files have besides: lines end in \n, \r\n or \r; white space after a delimiter is passed over
// before a quote; a quote inside an unquoted cell is a character; text after a closing quote belongs to the cell. On
// text without a lone \r the records are those of Python's csv.reader(skipinitialspace=True).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace herald
{

// Bytes, except where said. What is longer is no list, but a quote that nobody closed.
inline constexpr std::size_t kMaxCellBytes = 128UL << 10;   // Python's limit
inline constexpr std::size_t kMaxRecordBytes = 1UL << 20;   //
inline constexpr std::size_t kMaxRecordCells = 16UL << 10;  // cells: a spreadsheet's limit

class CsvReader
{
public:
    explicit CsvReader(char delimiter) : delimiter_(delimiter) {}

    enum class Outcome
    {
        record,    // complete: size(), cell()
        more,      // all of the text is used and the record goes on
        too_long,  // for good
    };

    // Takes from `text` what it uses. After a record, the next call begins the next one.
    Outcome read(std::string_view& text);

    // The text has ended: `record` if one was open, otherwise `more`.
    Outcome finish();

    // Of the record: 0 cells for an empty line. Valid until the next call.
    std::size_t size() const { return ends_.size(); }
    std::string_view cell(std::size_t index) const;

    std::size_t buffered_bytes() const { return text_.capacity() + ends_.capacity() * sizeof(std::size_t); }

private:
    enum class State
    {
        record_start,
        cell_start,
        unquoted,
        quoted,
        quote,  // one inside a quoted cell: its end, or the first of two
    };

    bool step(std::string_view& text);
    void step_quoted(std::string_view& text);
    void step_unquoted(std::string_view& text);
    void take(std::string_view& text, std::size_t count);
    void end_cell();
    bool end_line(std::string_view& text);
    bool is_too_long() const;

    char delimiter_;
    State state_ = State::record_start;
    bool complete_ = false;
    bool after_return_ = false;  // a \n that comes now belongs to the \r before it
    std::string text_;           // the cells, one after the other
    std::vector<std::size_t> ends_;
};

}  // namespace herald
