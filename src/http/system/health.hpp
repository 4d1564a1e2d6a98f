// What /_status answers from, and the small server that a process without the public API answers it on.
#pragma once

#include <functional>

#include "http/server/request.hpp"
#include "http/server/response.hpp"
#include "runtime/task.hpp"
#include "storage/pg/database.hpp"

namespace herald::http::system
{

struct Health
{
    // Asked for the number of its newest migration: how /_status knows that it answers.
    pg::Database& database;
    // True once the process has been told to stop: /_status then says that it is not ready. Empty function: it never
    // is.
    std::function<bool()> is_draining = {};
};

// Answers GET /_status and GET /metrics, anything else with 404 or 405: a server's dispatch (server.hpp). Both
// references outlive the coroutine.
Task<Response> answer_monitoring(Request& request, const Health& health);

}  // namespace herald::http::system
