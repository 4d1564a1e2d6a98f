// Counts and times of requests, by route pattern (never by path).
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>

#include "http/server/request.hpp"

namespace prometheus
{
class Gauge;
class Histogram;
}  // namespace prometheus

namespace herald::http
{

// Belongs to one loop; the metrics behind it are shared by all.
class RequestMetrics
{
public:
    RequestMetrics();

    // herald_http_request_seconds{route, method, status}. `seconds` from the complete request to the response handed to
    // the system.
    void answered(const Request& request, int status, double seconds);
    // herald_requests_refused_total{status}: by the server itself, before routing (malformed, too large, too late, too
    // many).
    static void refused(int status);
    void connection_opened();
    void connection_closed();

private:
    struct Key
    {
        const Route* route;
        Method method;
        int status_class;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash
    {
        std::size_t operator()(const Key& key) const;
    };

    // Looked up here because the registry's own look-up builds strings.
    std::unordered_map<Key, prometheus::Histogram*, KeyHash> histograms_;
    prometheus::Gauge& connections_;
};

}  // namespace herald::http
