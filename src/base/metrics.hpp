// Counters and histograms, named herald_<noun>_<verb>_total and herald_<noun>_<what>_seconds. Thread-safe; cheap enough
// for the hot path when the handle is kept (look it up once, in a constructor).
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace prometheus
{
class Registry;
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace herald::metrics
{

using Labels = std::initializer_list<std::pair<const std::string, std::string>>;

// Handles live as long as the process. Asking twice for the same name and labels gives the same object. Label values
// must come from a fixed small set (provider names, lanes, routes), never from a request.
prometheus::Counter& counter(const std::string& name, const std::string& help, Labels labels = {});
prometheus::Gauge& gauge(const std::string& name, const std::string& help, Labels labels = {});
// Buckets in seconds from 0.5 ms to 60 s.
prometheus::Histogram& latency(const std::string& name, const std::string& help, Labels labels = {});

// The Prometheus text format of everything registered.
std::string expose();

}  // namespace herald::metrics
