// The tables of deliveries in PostgreSQL: storage/queries/delivery. Belongs to the Loop of its Database.
#pragma once

#include "operations/delivery_store.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

// Applies receipts within a transaction that does more.
Task<NewsCounts> record_receipts(pg::Transaction& transaction, std::vector<const Receipt*> receipts,
                                 bool correct_delivered, Instant now, Deadline deadline);

class PostgresDeliveryStore final : public DeliveryStore
{
public:
    explicit PostgresDeliveryStore(pg::Database& database) : database_(database) {}

    // One round trip.
    Task<NewsCounts> record(DeliveryNews news, bool correct_delivered, Instant now, Deadline deadline) override;
    Task<std::optional<Receipt>> find_left_over_receipt(NotificationId id, Deadline deadline) override;
    Task<std::vector<std::string>> list_attempt_providers(ServiceId service, NotificationId id,
                                                          Deadline deadline) override;
    Task<std::optional<SuppressionReason>> find_suppression(SuppressionKey key, Deadline deadline) override;
    Task<LeftOverCounts> match_left_over_receipts(std::int32_t most, Instant too_old, bool correct_delivered,
                                                  Instant now, Deadline deadline) override;
    Task<std::vector<DueLookUp>> claim_look_ups(std::int32_t most, Instant claimed_until, Instant now,
                                                Deadline deadline) override;
    Task<> put_back_look_ups(std::vector<NextLookUp> next, Deadline deadline) override;

private:
    pg::Database& database_;
};

}  // namespace herald
