// SIGTERM and SIGINT, awaited on a loop.
#pragma once

#include <boost/asio/signal_set.hpp>

#include <optional>

#include "runtime/task.hpp"

namespace herald
{

// From its construction on, the two signals no longer end the process but wait to be asked for. Belongs to one Loop.
class TerminationSignals
{
public:
    explicit TerminationSignals(asio::any_io_executor executor);
    // The signal's number; nullopt at `deadline` and when cancelled.
    Task<std::optional<int>> wait(Deadline deadline);

private:
    asio::signal_set signals_;
};

}  // namespace herald
