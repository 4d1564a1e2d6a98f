#include "objects/object_request.hpp"

#include <prometheus/counter.h>

#include "base/log.hpp"
#include "base/metrics.hpp"

namespace herald
{
namespace
{

constexpr std::size_t kMaxListed = 1000;

std::string label(ObjectOperation operation)
{
    switch (operation)
    {
        case ObjectOperation::read:
            return "read";
        case ObjectOperation::inspect:
            return "inspect";
        case ObjectOperation::write:
            return "write";
        case ObjectOperation::remove:
            return "remove";
        case ObjectOperation::list:
            return "list";
    }
    return "";
}

}  // namespace

void require_object_key(std::string_view key)
{
    if (!is_object_key(key)) throw std::invalid_argument("this is not the key of an object");
}

void require_object_metadata(const ObjectMetadata& metadata)
{
    if (!is_object_metadata(metadata)) throw std::invalid_argument("this is not metadata that every store can keep");
}

void require_list_limit(std::size_t limit)
{
    if (limit < 1 || limit > kMaxListed) throw std::invalid_argument("a page of objects has 1 to 1000 of them");
}

void require_time(Deadline deadline)
{
    if (monotonic_now() >= deadline) throw DeadlineExceeded("a request to the object store");
}

void log_absent_object(std::string_view key)
{
    log::warning("there is no such object", {{"key", key}});
}

ObjectRequest::ObjectRequest(ObjectOperation operation) : operation_(operation)
{
    metrics::counter("herald_object_requests_total", "Requests to the object store", {{"operation", label(operation)}})
        .Increment();
}

ObjectRequest::~ObjectRequest()
{
    if (has_succeeded_) return;
    metrics::counter("herald_object_failures_total", "Requests to the object store that failed",
                     {{"operation", label(operation_)}})
        .Increment();
}

}  // namespace herald
