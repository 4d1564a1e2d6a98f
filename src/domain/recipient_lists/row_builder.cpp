#include "domain/recipient_lists/row_builder.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "domain/recipients/tidy_spaces.hpp"

namespace herald
{
namespace
{

constexpr std::string_view kUnreadable = "\ufffd";

void add_error(RecipientRow& row, RowErrorKind kind, const std::string& column)
{
    row.errors.push_back({.kind = kind, .column = column, .message = std::string(message_of(kind))});
}

// Those that are not empty.
std::vector<std::string> values_of(const ListColumn& column, const std::vector<std::string>& cells)
{
    std::vector<std::string> values;
    for (const auto place : column.places)
    {
        if (place >= cells.size()) continue;
        auto value = tidy_spaces(cells[place]);
        if (!value.empty()) values.push_back(std::move(value));
    }
    return values;
}

// What the family says of a number abroad when a service may not write there: each of the two its own.
std::string_view international_text(std::string_view region)
{
    if (region == "US") return "Not a US number";
    if (region == "GB") return "Not a UK mobile number";
    return message_of(RowErrorKind::international_not_allowed);
}

}  // namespace

RowBuilder::RowBuilder(const RecipientListOptions& options, std::vector<ListColumn> columns)
    : options_(options), columns_(std::move(columns))
{
}

RecipientRow RowBuilder::build(std::size_t number, std::vector<std::string> cells) const
{
    RecipientRow row;
    row.number = number;
    row.cells = std::move(cells);
    bool complete = true;
    for (const auto& column : columns_) complete = fill(column, row) && complete;
    if (complete && options_.check_message)
        if (const auto problem = options_.check_message(row.personalisation)) add_error(row, *problem, {});
    return row;
}

// False when a placeholder has got no value.
bool RowBuilder::fill(const ListColumn& column, RecipientRow& row) const
{
    const bool wanted = !column.placeholder.empty();
    auto values = values_of(column, row.cells);
    if (column.recipient && !values.empty()) row.recipient_text = values.front();
    if (values.empty())
    {
        add_error(row, RowErrorKind::missing, column.name);
        return !wanted;
    }
    if (std::ranges::any_of(values, [](const std::string& value) { return value.contains(kUnreadable); }))
    {
        add_error(row, RowErrorKind::unreadable_text, column.name);
        return !wanted;
    }
    if (column.recipient) check_recipient(column, row);
    if (!wanted) return true;

    if (column.places.size() > 1)
        row.personalisation.emplace(column.placeholder, json::array(values.begin(), values.end()));
    else
        row.personalisation.emplace(column.placeholder, std::move(values.front()));
    return true;
}

void RowBuilder::check_recipient(const ListColumn& column, RecipientRow& row) const
{
    auto recipient = parse_recipient(options_.channel, row.recipient_text, options_.default_region);
    if (!recipient)
    {
        row.errors.push_back({.kind = RowErrorKind::invalid_recipient,
                              .column = column.name,
                              .message = std::move(recipient.error().message)});
        return;
    }
    row.recipient = std::move(*recipient);
    if (row.recipient->international && !options_.allow_international)
        row.errors.push_back({.kind = RowErrorKind::international_not_allowed,
                              .column = column.name,
                              .message = std::string(international_text(options_.default_region))});
    else if (options_.may_receive && !options_.may_receive(*row.recipient))
        add_error(row, RowErrorKind::recipient_not_allowed, column.name);
}

}  // namespace herald
