// The counters of receipts, for everyone who applies some. Prometheus's counters are thread-safe.
#pragma once

#include "operations/delivery_store.hpp"

namespace prometheus
{
class Counter;
}

namespace herald
{

class ReceiptMetrics
{
public:
    ReceiptMetrics();
    // After the commit: what was rolled back is applied again.
    void count(const NewsCounts& counts);

private:
    prometheus::Counter& applied_;
    prometheus::Counter& repeated_;
    prometheus::Counter& unmatched_;
};

}  // namespace herald
