#include "storage/sealed_store.hpp"

#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr std::string_view kNoUuid = "00000000-0000-0000-0000-000000000000";
constexpr std::string_view kFirstDated = "00000000-0000-0000-0000-000000000000 1970-01-01";

}  // namespace

const SealedPlace SealedStore::kContents{"contents of messages", kFirstDated, sql::list_stale_contents,
                                         sql::reseal_contents};
const SealedPlace SealedStore::kApiKeys{"API keys", kNoUuid, sql::list_stale_api_keys, sql::reseal_api_keys};
const SealedPlace SealedStore::kCallbacks{"callback secrets", "", sql::list_stale_callbacks, sql::reseal_callbacks};
const SealedPlace SealedStore::kIdempotencyAnswers{"idempotency answers", "", sql::list_stale_idempotency_answers,
                                                   sql::reseal_idempotency_answers};
const SealedPlace SealedStore::kInboundSms{"received texts", kNoUuid, sql::list_stale_inbound_sms,
                                           sql::reseal_inbound_sms};
const SealedPlace SealedStore::kReceipts{"receipts", kFirstDated, sql::list_stale_receipts, sql::reseal_receipts};
const SealedPlace SealedStore::kSuppressions{"suppressions", kNoUuid, sql::list_stale_suppressions,
                                             sql::reseal_suppressions};

Task<std::vector<SealedRow>> SealedStore::list_stale(const SealedPlace& place, std::uint16_t current_key,
                                                     SealedRow after, std::int32_t count, Deadline deadline)
{
    const pg::Bytes key_id{{static_cast<char>(current_key >> 8), static_cast<char>(current_key & 0xFF)}};
    auto params = pg::Params::of(key_id, after.service_id, after.key, count);
    const auto rows = co_await database_.execute(place.list_stale, std::move(params), deadline);
    std::vector<SealedRow> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({rows.get<Uuid>(i, "service_id"), rows.get<std::string>(i, "key"), rows.get<Uuid>(i, "owner"),
                         rows.get<pg::Bytes>(i, "sealed").value});
    co_return found;
}

Task<std::int64_t> SealedStore::reseal(const SealedPlace& place, std::vector<SealedRow> rows,
                                       std::vector<std::string> resealed, Deadline deadline)
{
    std::vector<Uuid> services;
    std::vector<std::string> keys;
    std::vector<pg::Bytes> old_bytes;
    std::vector<pg::Bytes> new_bytes;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        services.push_back(rows[i].service_id);
        keys.push_back(std::move(rows[i].key));
        old_bytes.push_back({std::move(rows[i].sealed)});
        new_bytes.push_back({std::move(resealed[i])});
    }
    auto params = pg::Params::of(services, keys, old_bytes, new_bytes);
    const auto done = co_await database_.execute(place.reseal, std::move(params), deadline);
    co_return done.affected();
}

Task<std::vector<SealingKeyUse>> SealedStore::count_key_uses(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::count_sealing_keys, pg::Params(), deadline);
    std::vector<SealingKeyUse> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({rows.get<std::string>(i, "place"),
                         static_cast<std::uint16_t>(rows.get<std::int32_t>(i, "key_id")),
                         rows.get<std::int64_t>(i, "rows")});
    co_return found;
}

}  // namespace herald
