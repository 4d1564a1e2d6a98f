#include "domain/recipient_lists/list_columns.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "domain/recipient_lists/recipient_list.hpp"
#include "domain/recipients/tidy_spaces.hpp"
#include "domain/templates/placeholder_key.hpp"

namespace herald
{
namespace
{

// Without the line breaks that a spreadsheet puts into a long one.
std::string one_line(std::string_view name)
{
    auto line = tidy_spaces(name);
    for (const std::string_view line_end : {"\r\n", "\n", "\r"})
        for (auto at = line.find(line_end); at != std::string::npos; at = line.find(line_end, at))
            line.replace(at, line_end.size(), " ");
    return line;
}

std::optional<ListError> missing_columns(const std::vector<ListColumn>& columns)
{
    ListError error;
    error.kind = ListErrorKind::missing_columns;
    for (const auto& column : columns)
    {
        if (!column.places.empty()) continue;
        if (column.recipient) error.kind = ListErrorKind::no_recipient_column;
        error.columns.push_back(column.placeholder.empty() ? column.name : column.placeholder);
    }
    if (error.columns.empty()) return std::nullopt;
    return error;
}

std::optional<ListError> repeated_recipient(const std::vector<ListColumn>& columns,
                                            const std::vector<std::string>& header)
{
    const auto recipient = std::ranges::find_if(columns, &ListColumn::recipient);
    if (recipient->places.size() == 1) return std::nullopt;
    ListError error;
    error.kind = ListErrorKind::repeated_recipient_column;
    for (const auto place : recipient->places)
    {
        auto name = one_line(header[place]);
        if (std::ranges::find(error.columns, name) == error.columns.end()) error.columns.push_back(std::move(name));
    }
    return error;
}

}  // namespace

std::string column_key(std::string_view name)
{
    return placeholder_key(one_line(name));
}

std::vector<ListColumn> needed_columns(Channel channel, const std::vector<std::string>& placeholders)
{
    std::vector<ListColumn> columns;
    const std::string recipient(recipient_column_name(channel));
    columns.push_back(
        {.key = column_key(recipient), .placeholder = {}, .recipient = true, .name = recipient, .places = {}});
    for (const auto& placeholder : placeholders)
    {
        auto key = column_key(placeholder);
        const auto known = std::ranges::find(columns, key, &ListColumn::key);
        if (known == columns.end())
            columns.push_back(
                {.key = std::move(key), .placeholder = placeholder, .recipient = false, .name = {}, .places = {}});
        else if (known->placeholder.empty())
            known->placeholder = placeholder;
    }
    return columns;
}

std::optional<ListError> find_columns(std::vector<ListColumn>& columns, const std::vector<std::string>& header)
{
    for (std::size_t place = 0; place < header.size(); ++place)
    {
        const auto column = std::ranges::find(columns, column_key(header[place]), &ListColumn::key);
        if (column == columns.end()) continue;
        if (column->places.empty()) column->name = one_line(header[place]);
        column->places.push_back(place);
    }
    if (auto error = missing_columns(columns)) return error;
    if (auto error = repeated_recipient(columns, header)) return error;
    std::ranges::sort(columns, {}, [](const ListColumn& column) { return column.places.front(); });
    return std::nullopt;
}

}  // namespace herald
