#include "base/metrics.hpp"

#include <map>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace herald::metrics
{

namespace
{

prometheus::Registry& registry()
{
    static prometheus::Registry instance;
    return instance;
}

prometheus::Labels as_map(Labels labels)
{
    prometheus::Labels map;
    for (const auto& [name, value] : labels) map.emplace(name, value);
    return map;
}

}  // namespace

prometheus::Counter& counter(const std::string& name, const std::string& help, Labels labels)
{
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry()).Add(as_map(labels));
}

prometheus::Gauge& gauge(const std::string& name, const std::string& help, Labels labels)
{
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry()).Add(as_map(labels));
}

prometheus::Histogram& latency(const std::string& name, const std::string& help, Labels labels)
{
    static const prometheus::Histogram::BucketBoundaries kSeconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                                  0.25,   0.5,   1,      2.5,   5,    10,    30,   60};
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry()).Add(as_map(labels), kSeconds);
}

std::string expose()
{
    return prometheus::TextSerializer().Serialize(registry().Collect());
}

}  // namespace herald::metrics
