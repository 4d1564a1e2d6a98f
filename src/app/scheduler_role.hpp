// The role `scheduler`: what comes with the clock. Any number of processes may have it; one acts.
#pragma once

#include <memory>

#include "app/role.hpp"
#include "base/clock.hpp"
#include "base/settings.hpp"

namespace herald
{

class SchedulerRole final : public Role
{
public:
    // `settings` and `clock` outlive the role.
    SchedulerRole(const Settings& settings, const Clock& clock);
    ~SchedulerRole() override;

private:
    Task<> open() override;
    Task<> run(StopToken stop) override;
    Task<> close_at_stop(StopToken stop);

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace herald
