#include "http/internal/notification_filter.hpp"

#include <algorithm>

#include "http/internal/requests.hpp"

namespace herald::http::internal
{

NotificationsAsked read_notifications_asked(const Query& query, FieldErrors& errors)
{
    NotificationsAsked asked;
    asked.statuses = read_statuses(query);
    asked.channels = read_channels(query, errors);
    asked.page = read_positive(query, "page", 1, errors);
    asked.format_for_csv = !query.first("format_for_csv").value_or("").empty();
    const auto most = asked.format_for_csv ? kMostCsvPageSize : kMostPageSize;
    asked.page_size =
        static_cast<std::int32_t>(std::min<std::int64_t>(read_positive(query, "page_size", kPageSize, errors), most));
    static_cast<void>(read_integer(query, "limit_days", errors));
    for (const auto* name : {"include_jobs", "include_from_test_key", "include_one_off", "count_pages"})
        static_cast<void>(read_boolean(query, name, true, errors));
    if (const auto text = query.first("older_than"); text && !Uuid::parse(*text))
        errors.add("older_than", "Not a valid UUID.");
    return asked;
}

}  // namespace herald::http::internal
