#include "base/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>

namespace herald::metrics
{
namespace
{

// Never destroyed: handles may be used by whatever still runs while the process ends.
prometheus::Registry& registry()
{
    static auto* const kRegistry = new prometheus::Registry;
    return *kRegistry;
}

const prometheus::Histogram::BucketBoundaries& latency_buckets()
{
    static const prometheus::Histogram::BucketBoundaries kSeconds = {
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0};
    return kSeconds;
}

}  // namespace

prometheus::Counter& counter(const std::string& name, const std::string& help, Labels labels)
{
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry()).Add(prometheus::Labels(labels));
}

prometheus::Gauge& gauge(const std::string& name, const std::string& help, Labels labels)
{
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry()).Add(prometheus::Labels(labels));
}

prometheus::Histogram& latency(const std::string& name, const std::string& help, Labels labels)
{
    return prometheus::BuildHistogram()
        .Name(name)
        .Help(help)
        .Register(registry())
        .Add(prometheus::Labels(labels), latency_buckets());
}

std::string expose()
{
    return prometheus::TextSerializer().Serialize(registry().Collect());
}

}  // namespace herald::metrics
