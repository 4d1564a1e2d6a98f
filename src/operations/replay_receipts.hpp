// The journal of what providers told: listed, and done again after its reading was mended. Belongs to the Loop of its
// Database.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operations/apply_reports.hpp"
#include "operations/manage_context.hpp"
#include "providers/receipt_source.hpp"

namespace herald
{

struct ReceiptEventRow
{
    Uuid id;
    std::string provider;
    ReceiptKind kind = ReceiptKind::email_event;
    Instant sent_at{};
    Instant received_at{};
    std::string reading;  // of the last time that it was read
};

std::string_view to_string(ReceiptKind kind);  // "email-event", "sms-status", "inbound-sms"

struct ReceiptRange
{
    Instant since{};
    Instant until{};  // the end, not in it
    std::optional<std::string> provider;
};

// The oldest `count` of the range. Without the bodies: they are personal data.
Task<std::vector<ReceiptEventRow>> list_receipts(ManageContext context, ReceiptRange range, std::int32_t count);

struct ReplayOptions
{
    bool dry_run = false;  // read, and count, and change nothing
    // Also what is read today as it was then: for when not the mapping but its effect was lost.
    bool unchanged_too = false;
    std::int32_t batch = 200;  // one transaction
    ApplyOptions apply;
};

struct ReplayCounts
{
    std::int64_t read = 0;
    std::int64_t unopened = 0;  // sealed with a key that is not in the ring
    // Events that are read in another way than then: "unreadable -> delivered" and how many.
    std::map<std::string, std::int64_t> changed;
    ApplyCounts applied;
};

// Reads every event of the range again, in the order in which they came, applies those whose reading has changed and
// notes the new reading. A message's final status stays what it is, but for what record_receipts corrects: replaying is
// harmless. May be stopped and run again. validation: the range is empty.
Task<Result<ReplayCounts>> replay_receipts(ManageContext context, const TimeZone& zone, ReportReader reader,
                                           ReceiptRange range, ReplayOptions options);

}  // namespace herald
