// Asks providers about messages whose receipt is overdue, and gives up on those that nobody will ever hear of: after
// three days they are temporary-failure, as the family has it. Belongs to one Loop.
#pragma once

#include "operations/deliver_notifications.hpp"
#include "operations/delivery_recorder.hpp"

namespace herald
{

class LookUpReceipts
{
public:
    struct Options
    {
        std::int32_t batch = 200;              // asked at once
        seconds ask_again{900};                // while a provider cannot tell
        std::chrono::hours give_up_after{72};  // since the hand-off
        seconds timeout{10};                   // of one question
    };
    struct Counts
    {
        std::size_t asked = 0;
        std::size_t settled = 0;  // receipts passed on to the recorder
        bool more = false;        // a whole batch was due: there may be more
    };

    LookUpReceipts(pg::Database& database, DeliveryRecorder& recorder, ProviderSet providers, const Clock& clock,
                   Options options);

    // One batch. What is found is recorded like any receipt.
    Task<Counts> run(Deadline deadline);

private:
    struct Due;
    Task<std::optional<Receipt>> ask(const Due& due);

    pg::Database& database_;
    DeliveryRecorder& recorder_;
    const ProviderSet providers_;
    const Clock& clock_;
    const Options options_;
};

}  // namespace herald
