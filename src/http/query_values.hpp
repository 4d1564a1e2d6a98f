// Arguments of a query as v1 and the internal API read them: what is wrong is told by field, what is unknown is
// ignored, of a repeated argument the first counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/notifications/notification.hpp"
#include "http/field_errors.hpp"
#include "http/server/request.hpp"

namespace herald::http
{

// Decimal digits, a "-" before them at the most.
std::optional<std::int64_t> parse_integer(std::string_view text);

std::optional<std::int64_t> read_integer(const Query& query, std::string_view name, FieldErrors& errors);
// From 1.
std::int64_t read_positive(const Query& query, std::string_view name, std::int64_t otherwise, FieldErrors& errors);
bool read_boolean(const Query& query, std::string_view name, bool otherwise, FieldErrors& errors);

struct StatusFilter
{
    std::vector<NotificationStatus> statuses;  // empty: all
    bool matches_nothing = false;              // a status that does not exist was asked for, and no other
};
// Each `status`; "failed" stands for its group.
StatusFilter read_statuses(const Query& query);
// Each `template_type`; empty: all.
std::vector<Channel> read_channels(const Query& query, FieldErrors& errors);

// `path` with the same arguments and another page.
std::string link_to_page(std::string_view path, const Query& query, std::int64_t page);

}  // namespace herald::http
