// The queue's tables in PostgreSQL: storage/queries/queue. Belongs to the Loop of its Database.
#pragma once

#include "queue/queue_store.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

class PostgresQueueStore final : public QueueStore
{
public:
    explicit PostgresQueueStore(pg::Database& database) : database_(database) {}

    Task<std::vector<DeliveryPlace>> list_places(Deadline deadline) override;
    Task<std::vector<ClaimedDelivery>> claim(std::vector<ClaimAsk> asked, Uuid holder, seconds lease, Instant now,
                                             Deadline deadline) override;
    Task<> release(std::vector<ClaimedDelivery> claimed, Deadline deadline) override;
    Task<> release_claims(std::vector<Uuid> holders, Deadline deadline) override;
    Task<std::vector<MovedRetries>> move_due_retries(Instant now, std::int32_t most, Deadline deadline) override;
    Task<std::int64_t> recover_expired_leases(Instant now, std::int32_t most, Instant retry_at,
                                              Deadline deadline) override;

private:
    pg::Database& database_;
};

}  // namespace herald
