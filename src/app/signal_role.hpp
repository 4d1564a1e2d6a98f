// Waits for SIGTERM and SIGINT. From its construction on they no longer end the process: made before the other roles,
// so that a signal that comes while they start is not lost. Ends, with wait_stopped(), when the first has come; the
// next one then ends the process as it always does.
#pragma once

#include <optional>

#include "app/role.hpp"
#include "runtime/signals.hpp"

namespace herald
{

class SignalRole final : public Role
{
public:
    // Started; throws std::runtime_error when that is impossible.
    SignalRole();
    ~SignalRole() override;

private:
    Task<> open() override;
    Task<> run(StopToken stop) override;

    std::optional<TerminationSignals> signals_;
};

}  // namespace herald
