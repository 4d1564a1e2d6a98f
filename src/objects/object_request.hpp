// What every store says and counts around what it does. Thread-safe.
#pragma once

#include <string_view>

#include "objects/object_store.hpp"

namespace herald
{

// Throw std::invalid_argument.
void require_object_key(std::string_view key);
void require_object_metadata(const ObjectMetadata& metadata);
void require_list_limit(std::size_t limit);

// Throws DeadlineExceeded when it has passed: what blocks a thread is not begun then.
void require_time(Deadline deadline);

// The warning that open() owes.
void log_absent_object(std::string_view key);

// The label of herald_object_requests_total.
enum class ObjectOperation
{
    read,
    inspect,
    write,
    remove,
    list,
};

// One request to where the objects are, from construction to destruction. It has failed unless succeeded() was said;
// that there is no such object is a success.
class ObjectRequest
{
public:
    explicit ObjectRequest(ObjectOperation operation);
    ~ObjectRequest();
    ObjectRequest(const ObjectRequest&) = delete;
    ObjectRequest& operator=(const ObjectRequest&) = delete;

    void succeeded() { has_succeeded_ = true; }

private:
    const ObjectOperation operation_;
    bool has_succeeded_ = false;
};

}  // namespace herald
