// Private to storage/pg: asks the server to stop what a connection is running, without blocking the loop.
#pragma once

#include <functional>

#include <libpq-fe.h>

#include "runtime/task.hpp"

namespace herald::pg
{

// Opens a connection of its own for it (that is how PostgreSQL does it), in a thread of its own because libpq only has
// a blocking call. `done` runs on the loop once the server has passed the request on to the process in question, or
// could not be reached. The request names the connection, not the statement: whatever runs at that moment is hit.
void cancel_on_server(PGconn* connection, const asio::any_io_executor& executor, std::function<void()> done);

}  // namespace herald::pg
