#include "operations/look_up_receipts.hpp"

#include <algorithm>

#include <boost/asio/this_coro.hpp>

#include "base/log.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

namespace
{

constexpr auto kPutBackTimeout = seconds(10);

}  // namespace

struct LookUpReceipts::Question
{
    DueLookUp due;
    bool asked = false;
    std::optional<Receipt> receipt;  // what it ends with
};

// Shared by those who ask: each takes the next one that nobody has asked about.
struct LookUpReceipts::Round
{
    std::vector<Question> questions;
    std::size_t next = 0;
    Deadline last_start;
};

LookUpReceipts::LookUpReceipts(DeliveryStore& store, DeliveryRecorder& recorder, const ProviderPool& providers,
                               const Clock& clock, Options options)
    : store_(store), recorder_(recorder), providers_(providers), clock_(clock), options_(options)
{
}

Task<LookUpReceipts::Counts> LookUpReceipts::run(Deadline deadline)
{
    const Instant now = clock_.now();
    Round round;
    round.last_start = deadline - options_.timeout;
    for (DueLookUp& due : co_await store_.claim_look_ups(options_.batch, now + options_.claim, now, deadline))
        round.questions.push_back({std::move(due), false, std::nullopt});
    TaskScope asking(co_await asio::this_coro::executor);
    for (std::size_t i = 0; i < std::min(options_.concurrency, round.questions.size()); ++i)
        asking.spawn("look_up_receipts", ask_in_turn(round));
    while (!co_await asking.join(deadline_in(options_.timeout)))
    {
        // Every question has a deadline.
    }
    Counts counts;
    counts.more = round.questions.size() >= static_cast<std::size_t>(options_.batch);
    std::vector<Question> unsettled;
    for (Question& question : round.questions)
    {
        counts.asked += question.asked ? 1 : 0;
        if (!question.receipt)
        {
            unsettled.push_back(std::move(question));
            continue;
        }
        recorder_.receive(std::move(*question.receipt));
        ++counts.settled;
    }
    co_await put_back(std::move(unsettled), now);
    co_return counts;
}

Task<> LookUpReceipts::ask_in_turn(Round& round)
{
    while (round.next < round.questions.size() && monotonic_now() < round.last_start)
    {
        Question& question = round.questions[round.next++];
        question.asked = true;
        question.receipt = co_await ask(question.due);
    }
}

// nullopt: it cannot be told yet.
Task<std::optional<Receipt>> LookUpReceipts::ask(const DueLookUp& due)
{
    Provider* provider = providers_.by_name(due.provider);
    if (provider == nullptr) co_return std::nullopt;
    try
    {
        auto known = co_await provider->look_up(due.id, due.reference, deadline_in(options_.timeout));
        if (known && !awaits_receipt(known->status))
        {
            // A provider that was handed the message twice may speak of the other one: what was asked about is settled.
            known->provider = due.provider;
            known->reference = due.reference;
            co_return known;
        }
    }
    catch (const std::exception&)
    {
        log::warning("a provider could not be asked for a receipt", {{"provider", due.provider}});
    }
    co_return std::nullopt;
}

// What was not asked about keeps its place in the line.
Task<> LookUpReceipts::put_back(std::vector<Question> unsettled, Instant now)
{
    if (unsettled.empty()) co_return;
    std::vector<NextLookUp> next;
    for (Question& each : unsettled)
    {
        const Instant look_up_at = each.asked ? now + options_.ask_again : each.due.due_at;
        next.push_back({std::move(each.due.provider), std::move(each.due.reference), look_up_at});
    }
    co_await store_.put_back_look_ups(std::move(next), deadline_in(kPutBackTimeout));
}

}  // namespace herald
