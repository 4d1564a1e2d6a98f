// Group commit: whatever waits when a writer is free becomes one batch and one fsync. No artificial delay, so light
// load pays nothing and heavy load forms large batches by itself.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "runtime/task.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

struct GroupCommitOptions
{
    std::size_t max_batch = 256;
    std::size_t writers = 2;          // batches under way at once
    std::size_t max_waiting = 20000;  // is_full() beyond: the caller answers 503
};

// Belongs to one Loop. `Commit` gets the items of one batch and gives one outcome for each, in order. No outcome at all
// says that the batch could not be taken because of an item in it: it is then committed in halves, each a batch of its
// own whose waiters are answered by themselves; it gives an outcome for a single item always. When it throws, its
// waiters get the exception, and so do those of the parts that come after it. An item lives until its batch has ended,
// also when its waiter has gone.
template <class Item, class Outcome>
class GroupCommit
{
public:
    using Commit = std::function<Task<std::vector<Outcome>>(std::vector<const Item*>)>;

    GroupCommit(TaskScope& scope, asio::any_io_executor executor, GroupCommitOptions options, Commit commit)
        : scope_(scope), executor_(std::move(executor)), options_(options), commit_(std::move(commit))
    {
    }

    [[nodiscard]] bool is_full() const { return waiting_.size() >= options_.max_waiting; }

    // Throws what commit threw, DeadlineExceeded (the outcome is then unknown: it may still be committed), or
    // std::runtime_error when the scope is closed.
    Task<Outcome> submit(Item item, Deadline deadline)
    {
        auto slot = std::make_shared<Slot>(std::move(item), executor_, deadline);
        waiting_.push_back(slot);
        start_writer();
        if (writing_ == 0 && !slot->done())
        {
            std::erase(waiting_, slot);
            throw std::runtime_error("group commit: shutting down");
        }
        if (!slot->done())
        {
            boost::system::error_code ignored;
            co_await slot->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
        if (slot->error) std::rethrow_exception(slot->error);
        if (!slot->outcome) throw DeadlineExceeded("group commit");
        co_return std::move(*slot->outcome);
    }

private:
    struct Slot
    {
        Slot(Item i, const asio::any_io_executor& executor, Deadline deadline)
            : item(std::move(i)), timer(executor, deadline)
        {
        }
        [[nodiscard]] bool done() const { return outcome || error; }
        Item item;
        asio::steady_timer timer;
        std::optional<Outcome> outcome;
        std::exception_ptr error;
    };
    using Batch = std::vector<std::shared_ptr<Slot>>;

    void start_writer()
    {
        if (writing_ >= options_.writers) return;
        ++writing_;
        if (!scope_.spawn("group_commit", write_until_empty())) --writing_;
    }

    Task<> write_until_empty()
    {
        while (!waiting_.empty())
        {
            Batch batch = take_batch();
            co_await write(std::move(batch));
        }
        --writing_;
    }

    // The parts of a batch, the next one last. A broken world is not tried again for each part: they would all wait.
    Task<> write(Batch batch)
    {
        std::vector<Batch> parts;
        parts.push_back(std::move(batch));
        std::exception_ptr error;
        while (!parts.empty())
        {
            const Batch part = std::move(parts.back());
            parts.pop_back();
            std::vector<Outcome> outcomes;
            try
            {
                if (!error) outcomes = co_await commit_(items_of(part));
            }
            catch (...)
            {
                error = std::current_exception();
            }
            if (!error && outcomes.empty() && part.size() > 1)
                halve(part, parts);
            else
                answer(part, std::move(outcomes), error);
        }
    }

    static std::vector<const Item*> items_of(const Batch& batch)
    {
        std::vector<const Item*> items;
        items.reserve(batch.size());
        for (const auto& slot : batch) items.push_back(&slot->item);
        return items;
    }

    static void halve(const Batch& batch, std::vector<Batch>& parts)
    {
        const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
        parts.emplace_back(middle, batch.end());
        parts.emplace_back(batch.begin(), middle);
    }

    static void answer(const Batch& batch, std::vector<Outcome> outcomes, std::exception_ptr error)
    {
        if (!error && outcomes.size() != batch.size())
            error = std::make_exception_ptr(std::logic_error("group commit: not one outcome for each item"));
        for (std::size_t i = 0; i < batch.size(); ++i)
        {
            if (error)
                batch[i]->error = error;
            else
                batch[i]->outcome = std::move(outcomes[i]);
            batch[i]->timer.cancel();
        }
    }

    Batch take_batch()
    {
        const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), options_.max_batch));
        Batch batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.begin() + count));
        waiting_.erase(waiting_.begin(), waiting_.begin() + count);
        return batch;
    }

    TaskScope& scope_;
    asio::any_io_executor executor_;
    GroupCommitOptions options_;
    Commit commit_;
    std::deque<std::shared_ptr<Slot>> waiting_;
    std::size_t writing_ = 0;
};

}  // namespace herald
