// What is wrong with a recipient list, or with one row of it, in words that people can act on. Pure; thread-safe.
//
// Nothing here ever holds a value of the list: no recipient, no personalisation. Column names do appear, and only names
// that mean a placeholder or the recipient, so that a list without its header line cannot put its first row into an
// error.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace herald
{

enum class RowErrorKind
{
    missing,                    // no recipient, or no value for a placeholder
    invalid_recipient,          // not a phone number or an email address
    international_not_allowed,  // the service sends within its country only
    recipient_not_allowed,      // in trial mode, with a team key: not one of the service's own people
    unreadable_text,            // characters that were lost when the file was saved: never sent as U+FFFD
    message_too_long,
    message_empty,
};

std::string_view to_string(RowErrorKind kind);  // "missing"
std::optional<RowErrorKind> parse_row_error_kind(std::string_view text);

struct RowError
{
    RowErrorKind kind = RowErrorKind::missing;
    std::string column;   // as the list spells it; empty when the whole message is meant
    std::string message;  // the family's text: "Missing", "Not enough digits", "Not a valid email address"

    friend bool operator==(const RowError&, const RowError&) = default;
};

// The text of a kind that has one text: "Missing". invalid_recipient and international_not_allowed have their own.
std::string_view message_of(RowErrorKind kind);

// "phone number: Not enough digits"; several are parted by "; ".
std::string reason_text(const RowError& error);
std::string reason_text(const std::vector<RowError>& errors);

enum class ListErrorKind
{
    not_text,                   // a spreadsheet's own format, an image, an archive
    too_big,                    // more than max_bytes
    no_rows,                    // nothing at all, or a header line and nothing below it
    no_recipient_column,        // `columns`: every column that is missing, the recipient's first
    repeated_recipient_column,  // `columns`: as the list spells them
    missing_columns,            // `columns`: the placeholders without a column, as the template spells them
    record_too_long,  // a row, or one of its cells, beyond any message: most often a quote that is never closed
    too_many_rows,    // more than max_rows
};

std::string_view to_string(ListErrorKind kind);  // "not_text"

struct ListError
{
    ListErrorKind kind = ListErrorKind::not_text;
    std::vector<std::string> columns;  // what the kind says of them, otherwise empty
    std::size_t limit = 0;             // too_big: max_bytes; too_many_rows: max_rows
    std::size_t row = 0;               // record_too_long: where, as a spreadsheet counts: the header line is 1

    friend bool operator==(const ListError&, const ListError&) = default;
};

// One sentence or two: "The file needs a column called ‘phone number’."
std::string reason_text(const ListError& error);

}  // namespace herald
