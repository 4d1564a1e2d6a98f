// What the record of deliveries asks of its database. PostgreSQL's is operations/postgres_delivery_store.hpp; the
// simulation's is in tests/simulation, and a test holds both to the same answers.
//
// Every method is one transaction, throws pg::Unavailable or DeadlineExceeded (whether it took effect is unknown) or
// pg::SqlError (it did not), and belongs to a Loop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "providers/provider.hpp"
#include "storage/suppression_store.hpp"

namespace herald
{

enum class HandOff : std::int16_t
{
    awaits_receipt = 1,
    done = 2,  // handed over, and no receipt will come
    try_again = 3,
    failed = 4,     // technical-failure; permanent-failure when the recipient is suppressed
    postponed = 5,  // nothing was offered to a provider: later, and as the same attempt
};

struct SendResult
{
    ServiceId service_id;
    NotificationId id;
    std::int64_t fence = 0;
    HandOff hand_off = HandOff::failed;
    NotificationStatus status = NotificationStatus::technical_failure;  // when the hand-off changes it
    bool uncertain = false;
    std::string provider;
    std::string reference;
    std::string detail;
    std::int16_t fragments = 0;
    Instant retry_at{};
    Instant look_up_at{};
    std::optional<Receipt> receipt;  // known already, from asking about an earlier attempt
};

// What happened outside, in its order; the elements are the caller's and live until the call has ended.
struct DeliveryNews
{
    std::vector<const SendResult*> results;  // one a message
    std::vector<const Receipt*> receipts;    // after the results
};

struct NewsCounts
{
    std::int64_t callbacks_owed = 0;
    std::int64_t changed = 0;  // statuses, by receipts
    std::int64_t repeated = 0;
    std::int64_t kept = 0;  // receipts that nobody awaits
};

// One round over receipts that nobody awaited.
struct LeftOverCounts
{
    std::size_t looked_at = 0;
    std::size_t applied = 0;
    std::size_t dropped = 0;  // too old
    NewsCounts news;
};

// A message whose receipt is overdue.
struct DueLookUp
{
    std::string provider;
    std::string reference;
    NotificationId id;
    Instant due_at{};
};

struct NextLookUp
{
    std::string provider;
    std::string reference;
    Instant look_up_at{};
};

class DeliveryStore
{
public:
    virtual ~DeliveryStore() = default;

    // Only the newest claim's result counts (fence), but for an acceptance that settles the doubt of a message that
    // waits as uncertain. A status never moves back, but for the bounce of an email that was delivered, where
    // `correct_delivered`.
    virtual Task<NewsCounts> record(DeliveryNews news, bool correct_delivered, Instant now, Deadline deadline) = 0;
    // A receipt that names this message and that nobody awaits; a final one before others.
    virtual Task<std::optional<Receipt>> find_left_over_receipt(NotificationId id, Deadline deadline) = 0;
    // Of the events of its attempts; each once, by name.
    virtual Task<std::vector<std::string>> list_attempt_providers(ServiceId service, NotificationId id,
                                                                  Deadline deadline) = 0;
    // Whether the service writes to this recipient no more, and why.
    virtual Task<std::optional<SuppressionReason>> find_suppression(SuppressionKey key, Deadline deadline) = 0;
    // Applies those that are awaited by now, drops those received before `too_old`; the others are looked at again,
    // ever more rarely. Looks at `most`.
    virtual Task<LeftOverCounts> match_left_over_receipts(std::int32_t most, Instant too_old, bool correct_delivered,
                                                          Instant now, Deadline deadline) = 0;
    // Those that are due; nobody else gets them until `claimed_until`. put_back_look_ups follows.
    virtual Task<std::vector<DueLookUp>> claim_look_ups(std::int32_t most, Instant claimed_until, Instant now,
                                                        Deadline deadline) = 0;
    virtual Task<> put_back_look_ups(std::vector<NextLookUp> next, Deadline deadline) = 0;
};

}  // namespace herald
