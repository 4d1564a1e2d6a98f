// Records what became of hand-offs, and what providers report later: batches of both, in that order, one transaction
// each. A batch with a row that the database cannot take is tried again in halves, so that only that row fails.
// Belongs to the Loop of its store.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "operations/delivery_store.hpp"
#include "operations/group_commit.hpp"
#include "operations/receipt_metrics.hpp"
#include "operations/record_batch.hpp"

namespace herald
{

struct RecorderOptions
{
    RecordOptions record;
    // For as long as a message may turn up that wants it: an uncertain attempt is asked about again and again.
    seconds keep_left_over_receipts = std::chrono::hours(72);
    bool correct_delivered = true;  // a hard bounce that comes after `delivered` makes an email permanent-failure
};

class DeliveryRecorder
{
public:
    DeliveryRecorder(DeliveryStore& store, const Clock& clock, TaskScope& scope, asio::any_io_executor executor,
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
    void note(const NewsCounts& counts);

    DeliveryStore& store_;
    const Clock& clock_;
    const RecorderOptions options_;
    std::function<void()> callbacks_owed_;
    ReceiptMetrics metrics_;
    TaskScope& scope_;
    GroupCommit<Entry, Recorded> commits_;
};

}  // namespace herald
