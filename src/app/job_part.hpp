// The part of the role `worker` that works on jobs, with a database client of its own: a batch of rows holds a
// connection for as long as many deliveries take together.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/settings.hpp"
#include "domain/notifications/lane.hpp"
#include "objects/object_store.hpp"
#include "runtime/cpu_pool.hpp"
#include "workers/job_worker.hpp"

namespace herald
{

class JobPart
{
public:
    // `written`: something was queued there. What is referred to outlives the part. Throws as make_object_store
    // does.
    JobPart(asio::any_io_executor executor, const Settings& settings, const Clock& clock, const KeyRing& keys,
            std::function<void(Lane, ServiceId)> written);
    ~JobPart();

    Task<> open();
    // Until stop is requested.
    Task<> run(StopToken stop);
    // There may be a job. Thread-safe.
    void wake();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace herald
