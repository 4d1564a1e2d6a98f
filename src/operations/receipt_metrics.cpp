#include "operations/receipt_metrics.hpp"

#include <prometheus/counter.h>

#include "base/metrics.hpp"

namespace herald
{

ReceiptMetrics::ReceiptMetrics()
    : applied_(metrics::counter("herald_receipts_applied_total", "Receipts that changed a message's status")),
      repeated_(metrics::counter("herald_receipts_repeated_total",
                                 "Receipts for messages that had their final status already")),
      unmatched_(metrics::counter("herald_receipts_unmatched_total",
                                  "Receipts that nobody awaited when they came: kept, to be looked at again"))
{
}

void ReceiptMetrics::count(const NewsCounts& counts)
{
    applied_.Increment(static_cast<double>(counts.changed));
    repeated_.Increment(static_cast<double>(counts.repeated));
    unmatched_.Increment(static_cast<double>(counts.kept));
}

}  // namespace herald
