// Notifications as the internal API shows them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "http/context.hpp"

namespace herald::http::internal
{

struct ShownJob
{
    JobId id;
    std::string original_file_name;
};

// The rows of one page, in their order. `job`: what all of them belong to.
struct NotificationsPage
{
    ServiceId service;
    std::vector<NotificationRow> rows;
    ShownJob job;
    bool for_csv = false;  // as the lines of a CSV file
};

// An answer holds at most so many bytes of notifications.
inline constexpr std::size_t kMostNotificationBytes = 16'000'000;

// `page`, whose member "notifications" must be an empty array, with the rows in it, in wire form. bad_request: they
// are too large for one page. internal: contents that do not open.
Task<Result<std::string>> notifications_text(NotificationsPage shown, json::object page, Context& context,
                                             Deadline deadline);

}  // namespace herald::http::internal
