// /_status and /metrics on a port of their own (monitoring.port): for a process without the role api, and for a metrics
// port that the public does not reach.
#pragma once

#include <memory>

#include "app/role.hpp"
#include "base/clock.hpp"
#include "base/settings.hpp"

namespace herald
{

class MonitoringRole final : public Role
{
public:
    // `settings` and `clock` outlive the role. Throws std::runtime_error when it cannot listen.
    MonitoringRole(const Settings& settings, const Clock& clock);
    ~MonitoringRole() override;

    // From now on /_status says that the process is stopping. It goes on answering until it is stopped itself: after
    // the other roles. Thread-safe.
    void announce_stop();

private:
    Task<> open() override;
    Task<> run(StopToken stop) override;

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace herald
