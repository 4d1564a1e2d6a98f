// `herald serve`: the given roles against a PostgreSQL of the operator's, until a signal.
#pragma once

#include "app/node.hpp"
#include "app/signal_role.hpp"
#include "base/settings.hpp"

namespace herald
{

// Blocking; returns after the drain. The Error says why it could not start, or that a role failed.
Result<void> serve(const Settings& settings, RoleSet roles);

// What a process does besides its roles.
struct ProcessHooks
{
    std::function<bool()> look = []
    {
        return true;
    };  // twice a second, on the main thread; false: stop
    std::function<void()> before_exit = [] {};         // when the drain took too long
};

// Runs a started node until a signal, until one of its roles fails or until `look` says false, then drains. Never
// returns when the drain takes too long: what the node holds is left to its leases. `signals` was made before the
// node.
Result<void> run_until_signal(Node& node, SignalRole& signals, const ProcessHooks& hooks);

// What every process does first.
void configure_log(const LogSettings& settings);

}  // namespace herald
