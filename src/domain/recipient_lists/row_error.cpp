#include "domain/recipient_lists/row_error.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace herald
{
namespace
{

constexpr std::size_t kMegabyte = 1UL << 20;

struct RowErrorWords
{
    RowErrorKind kind;
    std::string_view name;
    std::string_view message;
};

constexpr std::array kRowErrors = {
    RowErrorWords{RowErrorKind::missing, "missing", "Missing"},
    RowErrorWords{RowErrorKind::invalid_recipient, "invalid_recipient", "Not a valid recipient"},
    RowErrorWords{RowErrorKind::international_not_allowed, "international_not_allowed",
                  "Cannot send to international mobile numbers"},
    RowErrorWords{RowErrorKind::recipient_not_allowed, "recipient_not_allowed", "Can’t send to this recipient"},
    RowErrorWords{RowErrorKind::unreadable_text, "unreadable_text",
                  "Has characters that cannot be read – save the file as CSV (UTF-8)"},
    RowErrorWords{RowErrorKind::message_too_long, "message_too_long", "Message is too long"},
    RowErrorWords{RowErrorKind::message_empty, "message_empty", "Message is empty"},
};

const RowErrorWords& words_of(RowErrorKind kind)
{
    return kRowErrors.at(static_cast<std::size_t>(kind));
}

// ‘a’, ‘b’ and ‘c’
std::string quoted_names(const std::vector<std::string>& names, std::string_view conjunction)
{
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
    {
        if (i > 0) text += i + 1 == names.size() ? fmt::format(" {} ", conjunction) : ", ";
        text += fmt::format("‘{}’", names[i]);
    }
    return text;
}

std::string size_text(std::size_t bytes)
{
    return bytes < kMegabyte ? fmt::format("{} bytes", bytes) : fmt::format("{} MB", bytes / kMegabyte);
}

}  // namespace

std::string_view to_string(RowErrorKind kind)
{
    return words_of(kind).name;
}

std::string_view message_of(RowErrorKind kind)
{
    return words_of(kind).message;
}

std::optional<RowErrorKind> parse_row_error_kind(std::string_view text)
{
    for (const auto& words : kRowErrors)
        if (words.name == text) return words.kind;
    return std::nullopt;
}

std::string reason_text(const RowError& error)
{
    return error.column.empty() ? error.message : fmt::format("{}: {}", error.column, error.message);
}

std::string reason_text(const std::vector<RowError>& errors)
{
    std::string text;
    for (const auto& error : errors)
    {
        if (!text.empty()) text += "; ";
        text += reason_text(error);
    }
    return text;
}

std::string_view to_string(ListErrorKind kind)
{
    switch (kind)
    {
        case ListErrorKind::not_text:
            return "not_text";
        case ListErrorKind::too_big:
            return "too_big";
        case ListErrorKind::no_rows:
            return "no_rows";
        case ListErrorKind::no_recipient_column:
            return "no_recipient_column";
        case ListErrorKind::repeated_recipient_column:
            return "repeated_recipient_column";
        case ListErrorKind::missing_columns:
            return "missing_columns";
        case ListErrorKind::record_too_long:
            return "record_too_long";
        case ListErrorKind::too_many_rows:
            return "too_many_rows";
    }
    std::unreachable();
}

std::string reason_text(const ListError& error)
{
    switch (error.kind)
    {
        case ListErrorKind::not_text:
            return "The file is not a CSV file. Save the spreadsheet as CSV (UTF-8).";
        case ListErrorKind::too_big:
            return fmt::format("The file is larger than {}.", size_text(error.limit));
        case ListErrorKind::no_rows:
            return "The file needs at least one row of data.";
        case ListErrorKind::no_recipient_column:
        case ListErrorKind::missing_columns:
            return fmt::format("The file needs {} called {}.", error.columns.size() == 1 ? "a column" : "columns",
                               quoted_names(error.columns, "and"));
        case ListErrorKind::repeated_recipient_column:
            return fmt::format("The file has more than one column called {}.", quoted_names(error.columns, "or"));
        case ListErrorKind::record_too_long:
            return fmt::format("Row {} is too long. A quotation mark may be missing.", error.row);
        case ListErrorKind::too_many_rows:
            return fmt::format("The file has more than {} rows.", error.limit);
    }
    std::unreachable();
}

}  // namespace herald
