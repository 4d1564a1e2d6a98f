#include "storage/pg/request.hpp"

#include <prometheus/histogram.h>

namespace herald::pg
{

void Request::finish(std::exception_ptr failure)
{
    if (done) return;
    done = true;
    connection = nullptr;
    error = std::move(failure);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    for (const auto& each : parts) each.statement->seconds->Observe(took.count());
    timer.cancel();
    if (then) std::exchange(then, nullptr)(*this);
}

void Request::reset()
{
    connection = nullptr;
    part = 0;
    prepare_answered = false;
    answered = false;
    exposed_to_cancel = false;
    error = nullptr;
    sqlstate.clear();
    for (auto& each : parts) each.rows = Rows();
}

}  // namespace herald::pg
