#include "http/server/body_budget.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include "base/metrics.hpp"

namespace herald::http
{

BodyBudget::BodyBudget(std::size_t max_bytes)
    : max_bytes_(max_bytes),
      held_metric_(metrics::gauge("herald_http_buffered_bytes", "Bytes of request bodies held, of those that count")),
      refused_metric_(
          metrics::counter("herald_bodies_refused_total", "Requests refused because bodies took too much memory"))
{
}

// Several servers of a process share the gauge.
void BodyBudget::set_held(std::size_t bytes)
{
    held_metric_.Increment(static_cast<double>(bytes) - static_cast<double>(held_));
    held_ = bytes;
}

bool BodyBudget::Share::grow_to(std::size_t body_bytes)
{
    if (body_bytes <= kUncounted || body_bytes <= bytes_) return true;
    const std::size_t others = budget_.held_ - bytes_;
    if (others + body_bytes > budget_.max_bytes_)
    {
        budget_.refused_metric_.Increment();
        return false;
    }
    budget_.set_held(others + body_bytes);
    bytes_ = body_bytes;
    return true;
}

void BodyBudget::Share::release()
{
    if (bytes_ == 0) return;
    budget_.set_held(budget_.held_ - bytes_);
    bytes_ = 0;
}

}  // namespace herald::http
