// Records what became of hand-offs, and what providers report later: batches of both, in that order, one transaction
// each. A batch with a row that the database cannot take is tried again in halves, so that only that row fails.
// Belongs to the Loop of its Database.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "operations/group_commit.hpp"
#include "operations/record_batch.hpp"
#include "providers/provider.hpp"
#include "storage/pg/database.hpp"
#include "storage/suppression_store.hpp"

namespace prometheus
{
class Counter;
}

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

struct RecorderOptions
{
    RecordOptions record;
    // For as long as a message may turn up that wants it: an uncertain attempt is asked about again and again.
    seconds keep_left_over_receipts = std::chrono::hours(72);
    bool correct_delivered = true;  // a hard bounce that comes after `delivered` makes an email permanent-failure
};

// One round over receipts that nobody awaited.
struct LeftOverCounts
{
    std::size_t looked_at = 0;
    std::size_t applied = 0;
};

class DeliveryRecorder
{
public:
    DeliveryRecorder(pg::Database& database, const Clock& clock, TaskScope& scope, asio::any_io_executor executor,
                     RecorderOptions options = {});

    // Called on the loop after each commit that made callbacks to services due. Must be cheap and not throw.
    void on_callbacks_owed(std::function<void()> hook) { callbacks_owed_ = std::move(hook); }

    // Returns after the commit. Throws when it could not be recorded; DeadlineExceeded: it may still be, it is tried
    // on.
    Task<> record(SendResult result, Deadline deadline);
    // A receipt arrived: recorded soon, after the results that wait before it. From the recorder's loop.
    void receive(Receipt receipt);
    // A receipt that names this message and that nobody awaits: an earlier attempt did go out.
    Task<std::optional<Receipt>> find_left_over_receipt(NotificationId id, Deadline deadline);
    // Whom the message was to be offered to so far, as its attempts say; each once.
    Task<std::vector<std::string>> list_attempt_providers(ServiceId service, NotificationId id, Deadline deadline);
    Task<std::optional<SuppressionReason>> find_suppression(SuppressionKey key, Deadline deadline);
    // Receipts that overtook the answer to their hand-off find their message now. Looks at kLeftOverBatch at most.
    static constexpr std::int32_t kLeftOverBatch = 1000;
    Task<LeftOverCounts> match_left_over_receipts(Deadline deadline);

private:
    struct Entry
    {
        std::optional<SendResult> result;
        std::optional<Receipt> receipt;
    };

    using Batch = std::vector<const Entry*>;

    // As GroupCommit wants it.
    Task<std::vector<Recorded>> commit(Batch batch);
    Task<> commit_together(const Batch& batch, Deadline deadline);
    Task<> submit(Entry entry, Deadline deadline);
    void note(const std::vector<pg::Rows>& answers, std::size_t first_receipts);

    pg::Database& database_;
    const Clock& clock_;
    const RecorderOptions options_;
    std::function<void()> callbacks_owed_;
    prometheus::Counter& receipts_applied_;
    prometheus::Counter& receipts_repeated_;
    prometheus::Counter& receipts_unmatched_;
    TaskScope& scope_;
    GroupCommit<Entry, Recorded> commits_;
};

}  // namespace herald
