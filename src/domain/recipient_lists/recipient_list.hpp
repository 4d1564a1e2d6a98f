// Recipient lists: a CSV file with a header line and a row for each recipient, read as it comes in, in constant memory.
//
// The behaviour is that of GSA/notifications-utils (recipients.py, RecipientCSV) and, where that one misreads a file,
// of alphagov's. What either refuses only because Python does (other delimiters, UTF-16, Windows-1252, lone \r), is
// read.
//
// - Columns are matched as placeholders are: ignoring case, spaces, hyphens, underscores and invisible characters.
// - The recipient's column is "phone number" or "email address"; two of them are an error of the list.
// - A placeholder's column that stands there twice makes a list value, of its cells that are not empty.
// - Other columns are carried in `cells` and otherwise ignored, and so are cells beyond the header line.
// - Blank rows before the header line and after the last row are not there. A blank row between others is a row, with
//   errors. A row that is too short has empty cells.
// - Cells lose white space at both ends and invisible characters wherever they stand (the non-breaking space too).
// - Numbers that a spreadsheet has spoilt (1.20256E+10, a plus or a zero lost) are not mended: such a row has the error
//   of its phone number, unless what is left is a valid number by the rules of domain/recipients.
//
// Security: bytes from outside. Memory is bounded by the limits below, whatever comes in; no error repeats a value.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "domain/notifications/notification.hpp"
#include "domain/recipient_lists/row_error.hpp"
#include "domain/recipients/recipient.hpp"

namespace herald
{

// The header of the recipient's column: "phone number" or "email address".
std::string_view recipient_column_name(Channel channel);

struct RecipientListOptions
{
    Channel channel = Channel::sms;
    std::vector<std::string> placeholders;  // the template's, in its order; several spellings of one are one
    std::string default_region = "US";      // two letters
    bool allow_international = false;

    std::size_t max_rows = 100'000;
    std::size_t max_bytes = 100UL << 20;

    // Checks that need to know more than the list. Either may be empty. They run inside next(), in the caller's thread.
    //
    // Asked for each recipient that is well-formed: false adds recipient_not_allowed (trial mode, team keys).
    std::function<bool(const Recipient&)> may_receive;
    // Asked for each row with a value for every placeholder: message_too_long or message_empty, or nothing.
    std::function<std::optional<RowErrorKind>(const json::object& personalisation)> check_message;
};

struct RecipientRow
{
    std::size_t number = 0;              // from 0, as the family's job_row_number; a spreadsheet shows it as number + 2
    std::optional<Recipient> recipient;  // when it is well-formed, allowed or not
    std::string recipient_text;          // as the list has it, tidied; empty when missing

    // The values of the placeholders, keyed as the template spells them: strings, or arrays of strings for repeated
    // columns. A value that is missing has no key.
    json::object personalisation;

    std::vector<RowError> errors;    // none: the row can be sent. In the order of the columns
    std::vector<std::string> cells;  // the whole row as it came in, decoded and unquoted, for the file of bad rows

    bool good() const { return errors.empty(); }
};

// Give it bytes, take the rows that they completed, until there are none; then the next bytes:
//
//     RecipientListReader reader(std::move(options));
//     while (…) { reader.feed(chunk); while (auto row = reader.next()) …; if (reader.error()) break; }
//     reader.finish();
//     while (auto row = reader.next()) …;
//     if (reader.error()) …
//
// The rows depend on the bytes alone, not on how they are cut into chunks. To go on at row N after a crash, read from
// the start and pass over N rows. An error of the list ends it: rows that came before it remain good, no more follow.
// So that nothing is sent of a list that ends in an error, read it through once before. Not thread-safe.
class RecipientListReader
{
public:
    explicit RecipientListReader(RecipientListOptions options);
    ~RecipientListReader();
    RecipientListReader(RecipientListReader&&) noexcept;
    RecipientListReader& operator=(RecipientListReader&&) noexcept;

    // What is kept is at most the last chunk, a record (1 MiB), and nothing after an error.
    void feed(std::string_view bytes);
    void finish();

    // Nothing: feed more, or the list has ended, well or with error().
    std::optional<RecipientRow> next();

    const std::optional<ListError>& error() const;

    // The header line, once it is known (after next() or finish()), as the list has it. It is whatever the file begins
    // with: do not log it.
    const std::vector<std::string>& columns() const;

    std::size_t rows() const;            // given out so far; after the end: all of them
    std::size_t buffered_bytes() const;  // what is kept now

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace herald
