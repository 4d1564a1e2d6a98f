// Seals everything at rest anew with the ring's current key, so that an older key can be retired. Belongs to the Loop
// of its Database.
//
// Safe while traffic runs: processes that have the same ring seal new rows with the current key already, and a row is
// only replaced while it still holds the bytes that were opened. Resumable: each batch is a transaction of its own, and
// what is done is passed over the next time.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/crypto.hpp"
#include "storage/sealed_store.hpp"

namespace herald
{

struct RotationOptions
{
    std::int32_t batch = 500;                     // rows in one transaction
    std::chrono::seconds statement_timeout{300};  // finding the next batch may pass over many rows
    // Of the time, in (0, 1]: after each batch there is a pause in proportion to what it took, so that traffic has the
    // rest of the machine.
    double share = 1;
};

struct RotationCount
{
    std::string_view place;
    std::int64_t resealed = 0;
    std::int64_t unreadable = 0;  // sealed with a key that the ring does not hold, or damaged: left as it is
};

struct RotationReport
{
    std::uint16_t current_key = 0;
    std::vector<RotationCount> counts;  // one a place
    std::vector<SealingKeyUse> in_use;  // which keys seal what, afterwards
    // Keys of the ring that seal nothing any more may be taken out of it, once every process has the new ring.
    [[nodiscard]] bool only_current_in_use() const;
};

// `progress` is called after each batch with the counts of the place so far.
Task<RotationReport> rotate_keys(pg::Database& database, const KeyRing& keys, RotationOptions options,
                                 std::function<void(const RotationCount&)> progress);

}  // namespace herald
