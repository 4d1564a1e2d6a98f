#include "app/signal_role.hpp"

#include <stdexcept>

namespace herald
{

namespace
{

constexpr auto kStartTimeout = seconds(30);
constexpr auto kLookForStop = milliseconds(500);

}  // namespace

SignalRole::SignalRole() : Role("signals")
{
    signals_.emplace(loop().executor());
    if (const auto started = start(kStartTimeout); !started) throw std::runtime_error(started.error().message);
}

SignalRole::~SignalRole()
{
    halt();
}

Task<> SignalRole::open()
{
    co_return;
}

Task<> SignalRole::run(StopToken stop)
{
    bool came = false;
    while (!came && !stop.requested())
    {
        const auto number = co_await signals_->wait(deadline_in(kLookForStop));
        came = number.has_value();
    }
    signals_.reset();
}

}  // namespace herald
