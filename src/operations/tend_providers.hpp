// Keeps a process's ProviderPool and the database's providers in step: what operators and other processes decided comes
// in, what this process found out goes out. Moves traffic away from a provider that fails, as the family does: a step
// of its priority for 50 errors in a minute. Belongs to the Loop of its Database.
#pragma once

#include "operations/provider_pool.hpp"
#include "storage/provider_store.hpp"

namespace herald
{

// How much of a priority moves at once.
inline constexpr std::int32_t kPriorityStep = 10;
// Not twice within this time, however many processes see errors.
inline constexpr seconds kDemoteEvery{60};
// Back towards the resting point once nothing was moved for so long; the scheduler's restore_providers looks as often.
inline constexpr seconds kRestoreEvery{300};

class TendProviders
{
public:
    TendProviders(pg::Database& database, ProviderPool& pool, const Clock& clock)
        : store_(database), pool_(pool), clock_(clock)
    {
    }

    // Tells the database which providers there are, and takes over what is decided about them.
    Task<> open(Deadline deadline);
    // Writes down what happened since the last time and reads what was decided. How many moves were written. What could
    // not be written is tried again the next time.
    Task<std::size_t> run(Deadline deadline);

private:
    Task<> write(const PoolMove& move, Deadline deadline);

    ProviderStore store_;
    ProviderPool& pool_;
    const Clock& clock_;
    std::deque<PoolMove> unwritten_;
};

}  // namespace herald
