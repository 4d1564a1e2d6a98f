// The arguments of the internal API's lists of notifications.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/uuid.hpp"
#include "http/query_values.hpp"

namespace herald::http::internal
{

struct NotificationsAsked
{
    StatusFilter statuses;
    std::vector<Channel> channels;  // empty: all
    std::int64_t page = 1;
    std::int32_t page_size = 0;
    bool format_for_csv = false;
};

// The most rows of a page; a larger wish gets as many, and page_size says so. The admin app asks for 5000 to make a
// CSV file.
inline constexpr std::int32_t kMostPageSize = 250;
inline constexpr std::int32_t kMostCsvPageSize = 5000;

// Arguments that are not known are ignored; those that a list does not use are checked all the same.
NotificationsAsked read_notifications_asked(const Query& query, FieldErrors& errors);

}  // namespace herald::http::internal
