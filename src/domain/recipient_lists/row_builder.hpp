// One record of a list, checked and turned into what is sent.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "domain/recipient_lists/list_columns.hpp"
#include "domain/recipient_lists/recipient_list.hpp"

namespace herald
{

class RowBuilder
{
public:
    // `options` outlives the builder; `columns` have their places.
    RowBuilder(const RecipientListOptions& options, std::vector<ListColumn> columns);

    RecipientRow build(std::size_t number, std::vector<std::string> cells) const;

private:
    bool fill(const ListColumn& column, RecipientRow& row) const;
    void check_recipient(const ListColumn& column, RecipientRow& row) const;

    const RecipientListOptions& options_;
    std::vector<ListColumn> columns_;
};

}  // namespace herald
