// Does what providers' reports say, inside a transaction of the caller's: receipts change messages, complaints are
// stored, text messages reach the service whose number they were sent to. Everything bears repetition: what is known
// already changes nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "operations/delivery_store.hpp"
#include "providers/receipt_source.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

// A text message to the number of a service, which may keep it or not. Personal data.
struct ToldInbound
{
    ServiceId service_id;
    std::string from;  // E.164 where it is a phone number; else as the provider tells it (a short code)
    std::string content;
    Instant sent_at{};
};
// What is due in the same transaction: STOP and START are obeyed here.
using InboundHook = std::function<Task<>(pg::Transaction&, ToldInbound, Instant now, Deadline)>;

struct ApplyOptions
{
    std::string default_region = "US";  // of phone numbers without a country code
    bool correct_delivered = true;      // by a bounce that comes after a delivery
    // Once for each text to a service's number, also where the service may not read texts or is not active: whoever
    // writes STOP is heard. May be empty.
    InboundHook on_inbound;
    // The events were applied before, or should have been. What a service does not keep leaves no trace by which a text
    // is known again, so on_inbound is for the texts alone that are stored now.
    bool replayed = false;
};

struct ApplyCounts
{
    NewsCounts receipts;
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

    // In the order in which they came, receipts first. Throws what the database throws; the caller commits.
    Task<ApplyCounts> apply(pg::Transaction& transaction, std::vector<const ProviderReport*> reports, Instant now,
                            Deadline deadline) const;

private:
    Task<std::vector<const Receipt*>> receipts_that_matter(pg::Transaction& transaction,
                                                           std::vector<const ProviderReport*> reports,
                                                           Deadline deadline) const;
    Task<bool> add_complaint(pg::Transaction& transaction, Complaint complaint, Instant now, Deadline deadline) const;
    Task<bool> add_inbound(pg::Transaction& transaction, InboundText text, Instant now, Deadline deadline) const;

    const KeyRing& keys_;
    const TimeZone& zone_;
    const ApplyOptions& options_;
};

}  // namespace herald
