// The role `scheduler`: what comes with the clock. Any number of processes may have it; one acts.
#pragma once

#include <memory>

#include "app/role.hpp"
#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/settings.hpp"

namespace herald
{

class SchedulerRole final : public Role
{
public:
    // The arguments outlive the role.
    SchedulerRole(const Settings& settings, const Clock& clock, const KeyRing& keys);
    ~SchedulerRole() override;

private:
    Task<> open() override;
    Task<> run(StopToken stop) override;
    Task<> close_at_stop(StopToken stop);

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace herald
