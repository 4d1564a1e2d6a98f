// Does what providers' reports say, inside a transaction of the caller's: receipts change messages, complaints are
// stored, text messages reach the service whose number they were sent to. Everything bears repetition: what is known
// already changes nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "providers/receipt_source.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

// A text message that was stored just now, for the first time. Personal data.
struct StoredInbound
{
    ServiceId service_id;
    InboundSmsId id;
    std::string from;  // E.164 where it is a phone number; else as the provider tells it (a short code)
    std::string content;
};
// What else is due in the transaction that stores one: STOP and START are obeyed here.
using InboundHook = std::function<Task<>(pg::Transaction&, StoredInbound, Instant now, Deadline)>;

struct ApplyOptions
{
    std::string default_region = "US";  // of phone numbers without a country code
    bool correct_delivered = true;      // by a bounce that comes after a delivery
    InboundHook after_inbound;          // may be empty
};

struct ApplyCounts
{
    std::int64_t receipts = 0;    // that changed a message
    std::int64_t complaints = 0;  // stored
    std::int64_t inbound = 0;     // stored
    std::int64_t unmatched = 0;   // complaints about no message of ours, texts to nobody's number or known already
};

class ApplyReports
{
public:
    // References are kept.
    ApplyReports(const KeyRing& keys, const TimeZone& zone, const ApplyOptions& options)
        : keys_(keys), zone_(zone), options_(options)
    {
    }

    // In the order in which they came. Throws what the database throws; the caller commits.
    Task<ApplyCounts> apply(pg::Transaction& transaction, std::vector<const ProviderReport*> reports, Instant now,
                            Deadline deadline) const;

private:
    Task<bool> add_complaint(pg::Transaction& transaction, Complaint complaint, Instant now, Deadline deadline) const;
    Task<bool> add_inbound(pg::Transaction& transaction, InboundText text, Instant now, Deadline deadline) const;

    const KeyRing& keys_;
    const TimeZone& zone_;
    const ApplyOptions& options_;
};

}  // namespace herald
