#include "http/server/request_metrics.hpp"

#include <functional>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include "base/metrics.hpp"
#include "http/server/route.hpp"

namespace herald::http
{

std::size_t RequestMetrics::KeyHash::operator()(const Key& key) const
{
    return std::hash<const void*>()(key.route) ^ (static_cast<std::size_t>(key.method) << 4) ^
           static_cast<std::size_t>(key.status_class);
}

RequestMetrics::RequestMetrics() : connections_(metrics::gauge("herald_http_connections", "Open HTTP connections")) {}

void RequestMetrics::answered(const Request& request, int status, double seconds)
{
    const Key key{request.route, request.method, status / 100};
    auto& histogram = histograms_[key];
    if (histogram == nullptr)
    {
        const std::string route(request.route != nullptr ? request.route->path : "unmatched");
        histogram = &metrics::latency("herald_http_request_seconds", "Time to answer an HTTP request, by route",
                                      {{"route", route},
                                       {"method", std::string(to_string(request.method))},
                                       {"status", std::to_string(status / 100) + "xx"}});
    }
    histogram->Observe(seconds);
}

void RequestMetrics::refused(int status)
{
    metrics::counter("herald_requests_refused_total", "HTTP requests refused before routing, by status",
                     {{"status", std::to_string(status)}})
        .Increment();
}

void RequestMetrics::connection_opened()
{
    connections_.Increment();
}

void RequestMetrics::connection_closed()
{
    connections_.Decrement();
}

}  // namespace herald::http
