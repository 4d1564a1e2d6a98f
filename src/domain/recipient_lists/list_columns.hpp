// What the columns of a list mean to a template.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/notifications/notification.hpp"
#include "domain/recipient_lists/row_error.hpp"

namespace herald
{

// placeholder_key() of a header, of which spreadsheets break long ones into lines.
std::string column_key(std::string_view name);

// A column that is needed, with all places where it stands.
struct ListColumn
{
    std::string key;                  // column_key()
    std::string placeholder;          // as the template spells it; empty: it has no such placeholder
    bool recipient = false;           // a template may show its recipient: then both
    std::string name;                 // as the list spells it where it stands first
    std::vector<std::size_t> places;  // indices into a record
};

// The columns that a template needs, the recipient's first; without places as yet.
std::vector<ListColumn> needed_columns(Channel channel, const std::vector<std::string>& placeholders);

// Finds their places in the header line and puts them in its order. The Error of the list, if it has no such columns:
// no_recipient_column, repeated_recipient_column or missing_columns.
std::optional<ListError> find_columns(std::vector<ListColumn>& columns, const std::vector<std::string>& header);

}  // namespace herald
