// Takes what providers tell over HTTP: keeps it in the journal and does what it says, both in one transaction, so that
// a provider that was answered 200 has told it for good, and one that was not tells it again. Events that wait together
// are committed together. Belongs to the Loop of its Database.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "operations/apply_reports.hpp"
#include "operations/group_commit.hpp"
#include "operations/receipt_metrics.hpp"
#include "operations/record_batch.hpp"
#include "providers/receipt_source.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

// Personal data: never log it.
struct ReceivedEvent
{
    std::string provider;
    ReceiptKind kind = ReceiptKind::email_event;
    Instant sent_at{};
    std::string body;

    [[nodiscard]] std::size_t bytes() const { return sizeof(*this) + body.size(); }
};

// What the journal's sealed bodies are bound to.
std::string sealed_receipt_context(const Uuid& journal_id);

class ReceiveReceipts
{
public:
    struct Options
    {
        // The provider waits for its answer and comes again: there is no patience with a database that is away.
        RecordOptions record{milliseconds(10000), seconds(0)};
        int keep_days = 7;  // of the journal
        ApplyOptions apply;
    };

    // The references are kept.
    ReceiveReceipts(pg::Database& database, const KeyRing& keys, const Clock& clock, const TimeZone& zone,
                    ReportReader reader, TaskScope& scope, asio::any_io_executor executor, Options options);

    // Too much waits to be committed: the answer is 503.
    [[nodiscard]] bool is_full() const { return commits_.is_full(); }
    // Returns after the commit. Throws when it could not be recorded, or DeadlineExceeded: then it may still be.
    Task<> receive(ReceivedEvent event, Deadline deadline);

private:
    using Batch = std::vector<const ReceivedEvent*>;

    Task<std::vector<Recorded>> commit(Batch batch);
    Task<> commit_together(const Batch& batch, Deadline deadline);

    pg::Database& database_;
    const KeyRing& keys_;
    const Clock& clock_;
    const TimeZone& zone_;
    const ReportReader read_;
    TaskScope& scope_;
    const Options options_;
    const ApplyReports apply_;
    ReceiptMetrics metrics_;
    GroupCommit<ReceivedEvent, Recorded> commits_;
};

}  // namespace herald
