// Asks providers about messages whose receipt is overdue, again and again until there is an answer or
// time_out_notifications ends the wait. Belongs to one Loop.
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
        std::int32_t batch = 200;      // of one round
        std::size_t concurrency = 16;  // questions under way at once
        seconds ask_again{900};        // while a provider cannot tell
        seconds timeout{10};           // of one question
        seconds claim{60};  // nobody else asks meanwhile: longer than a round, or what a worker that died had claimed
    };
    struct Counts
    {
        std::size_t asked = 0;
        std::size_t settled = 0;  // receipts passed on to the recorder
        bool more = false;        // a whole batch was due: there may be more
    };

    LookUpReceipts(DeliveryStore& store, DeliveryRecorder& recorder, const ProviderPool& providers, const Clock& clock,
                   Options options);

    // One batch. What is found is recorded like any receipt. No question begins that could not end by `deadline`: what
    // was not asked stays due.
    Task<Counts> run(Deadline deadline);

private:
    struct Question;
    struct Round;

    Task<> ask_in_turn(Round& round);
    Task<std::optional<Receipt>> ask(const DueLookUp& due);
    Task<> put_back(std::vector<Question> unsettled, Instant now);

    DeliveryStore& store_;
    DeliveryRecorder& recorder_;
    const ProviderPool& providers_;
    const Clock& clock_;
    const Options options_;
};

}  // namespace herald
