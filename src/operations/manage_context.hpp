// What the operations of management need besides their arguments.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

// References: what they name must outlive the operation. Made anew for each: `now` is decided once by the caller.
struct ManageContext
{
    pg::Database& database;
    const KeyRing& keys;
    std::string default_region;  // of phone numbers without a country code
    Instant now{};
    Deadline deadline;
};

}  // namespace herald
