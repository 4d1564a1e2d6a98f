// Asks providers about messages whose receipt is overdue, and gives up on those that nobody will ever hear of: after
// three days they are temporary-failure, as the family has it, whether or not the provider could be asked. Belongs to
// one Loop.
#pragma once

#include <vector>

#include "operations/deliver_notifications.hpp"
#include "operations/delivery_recorder.hpp"

namespace herald
{

class LookUpReceipts
{
public:
    struct Options
    {
        std::int32_t batch = 200;              // of one round
        std::size_t concurrency = 16;          // questions under way at once
        seconds ask_again{900};                // while a provider cannot tell
        std::chrono::hours give_up_after{72};  // since the hand-off
        seconds timeout{10};                   // of one question
        seconds claim{60};  // nobody else asks meanwhile: longer than a round, or what a worker that died had claimed
    };
    struct Counts
    {
        std::size_t asked = 0;
        std::size_t settled = 0;  // receipts passed on to the recorder
        bool more = false;        // a whole batch was due: there may be more
    };

    LookUpReceipts(pg::Database& database, DeliveryRecorder& recorder, const ProviderPool& providers,
                   const Clock& clock, Options options);

    // One batch. What is found is recorded like any receipt. No question begins that could not end by `deadline`: what
    // was not asked stays due.
    Task<Counts> run(Deadline deadline);

private:
    struct Due;
    struct Round;

    Task<std::vector<Due>> claim_due(Instant now, Deadline deadline);
    Task<> ask_in_turn(Round& round);
    Task<std::optional<Receipt>> ask(const Due& due);
    Task<> put_back(std::vector<Due> unsettled, Instant now);
    [[nodiscard]] std::optional<Receipt> give_up(const Due& due, Instant now) const;

    pg::Database& database_;
    DeliveryRecorder& recorder_;
    const ProviderPool& providers_;
    const Clock& clock_;
    const Options options_;
};

}  // namespace herald
