// What is wrong with a list that came over the public API, in the words of cds-snc/notification-api (post_bulk), in
// which this kind of request comes from. Unlike a job from a file, such a list is refused whole: nothing of it is sent
// as long as one row cannot be. Pure; thread-safe.
//
// Security: an error names columns and row numbers, never a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "operations/draft_notification.hpp"

namespace herald
{

// References: what they name must outlive the call.
struct BulkRules
{
    const ServiceContext& service;
    const TemplateContext& from_template;
    KeyType key_type = KeyType::normal;
    const AcceptOptions& options;
    std::size_t max_rows = 0;
    std::optional<std::int64_t> remaining;  // of the daily limit; empty: it does not count
};

// How many rows it has; bad_request otherwise. In the order of the family: columns missing, columns twice, the daily
// limit, too many rows, recipients that are not allowed, messages too long, and then up to 20 rows with what is wrong
// with each. Rows are counted from 0 there, as the family does.
Result<std::int32_t> judge_bulk_list(std::string_view csv, const BulkRules& rules);

}  // namespace herald
