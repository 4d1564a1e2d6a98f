// Every column that is sealed, seen as bytes: for the rotation of the key ring. Belongs to the Loop of its Database.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/pg/database.hpp"

namespace herald
{

// One sealed column.
struct SealedPlace
{
    std::string_view name;       // as count_sealing_keys.sql calls it
    std::string_view first_key;  // sorts before every key
    pg::Statement list_stale;
    pg::Statement reseal;
};

struct SealedRow
{
    Uuid service_id;
    std::string key;  // with the service: the row
    Uuid owner;       // what its seal is bound to
    std::string sealed;
};

struct SealingKeyUse
{
    std::string place;
    std::uint16_t key_id = 0;
    std::int64_t rows = 0;
};

class SealedStore
{
public:
    explicit SealedStore(pg::Database& database) : database_(database) {}

    static const SealedPlace kContents;
    static const SealedPlace kApiKeys;
    static const SealedPlace kCallbacks;
    static const SealedPlace kIdempotencyAnswers;
    static const SealedPlace kInboundSms;
    static const SealedPlace kReceipts;
    static const SealedPlace kSuppressions;

    // At most `count` rows behind `after` that another key than `current_key` sealed.
    Task<std::vector<SealedRow>> list_stale(const SealedPlace& place, std::uint16_t current_key, SealedRow after,
                                            std::int32_t count, Deadline deadline);
    // Puts `resealed[i]` where the bytes of `rows[i]` still are. Gives how many that were.
    Task<std::int64_t> reseal(const SealedPlace& place, std::vector<SealedRow> rows, std::vector<std::string> resealed,
                              Deadline deadline);
    // Reads everything: takes long on a large database.
    Task<std::vector<SealingKeyUse>> count_key_uses(Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
