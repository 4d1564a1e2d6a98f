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
#include "runtime/timer.hpp"

namespace herald
{

struct GroupCommitOptions
{
    std::size_t max_batch = 256;
    std::size_t writers = 2;          // batches under way at once
    std::size_t max_waiting = 20000;  // is_full() beyond: the caller answers 503
    // Of items that tell their bytes(): the statement of a batch is in memory several times.
    std::size_t max_batch_bytes = 16'000'000;  // an item that is larger is a batch of its own
    std::size_t max_waiting_bytes = 64'000'000;
    // Whether an item is still committed when its waiter's deadline has passed before its batch was made: a result that
    // is known has to be, an order whose client was told that it failed must not be.
    bool commits_late = true;
};

// Belongs to one Loop. `Commit` gets the items of one batch and gives one outcome for each, in order. No outcome at all
// says that the batch could not be taken because of an item in it: it is then committed in halves, each a batch of its
// own whose waiters are answered by themselves; it gives an outcome for a single item always. When it throws, its
// waiters get the exception, and so do those of the parts that come after it. An item lives until its batch has ended,
// also when its waiter has gone. An item may have a bytes() that says how large it is about.
template <class Item, class Outcome>
class GroupCommit
{
public:
    using Commit = std::function<Task<std::vector<Outcome>>(std::vector<const Item*>)>;

    GroupCommit(TaskScope& scope, asio::any_io_executor executor, GroupCommitOptions options, Commit commit)
        : scope_(scope), executor_(std::move(executor)), options_(options), commit_(std::move(commit))
    {
    }

    [[nodiscard]] bool is_full() const
    {
        return waiting_.size() >= options_.max_waiting || waiting_bytes_ >= options_.max_waiting_bytes;
    }

    // Throws what commit threw, DeadlineExceeded (the outcome is then unknown: its batch may be under way), or
    // std::runtime_error when the scope is closed.
    Task<Outcome> submit(Item item, Deadline deadline)
    {
        auto slot = std::make_shared<Slot>(std::move(item), executor_, deadline);
        waiting_.push_back(slot);
        waiting_bytes_ += slot->bytes;
        start_writer();
        if (writing_ == 0 && !slot->done())
        {
            waiting_bytes_ -= std::erase(waiting_, slot) * slot->bytes;
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
            : item(std::move(i)), bytes(bytes_of(item)), timer(executor, deadline)
        {
        }
        [[nodiscard]] bool done() const { return outcome || error; }
        [[nodiscard]] bool is_late() const { return timer.expiry() <= monotonic_now(); }
        Item item;
        const std::size_t bytes;
        Timer timer;
        std::optional<Outcome> outcome;
        std::exception_ptr error;
    };
    using Batch = std::vector<std::shared_ptr<Slot>>;

    static std::size_t bytes_of(const Item& item)
    {
        if constexpr (requires { item.bytes(); })
            return item.bytes();
        else
            return sizeof(Item);
    }

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
            if (!batch.empty()) co_await write(std::move(batch));
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

    // Empty when all that waited came too late.
    Batch take_batch()
    {
        Batch batch;
        std::size_t bytes = 0;
        while (!waiting_.empty() && batch.size() < options_.max_batch)
        {
            auto& slot = waiting_.front();
            const bool left_out = !options_.commits_late && slot->is_late();
            if (!left_out)
            {
                if (!batch.empty() && bytes + slot->bytes > options_.max_batch_bytes) break;
                bytes += slot->bytes;
            }
            waiting_bytes_ -= slot->bytes;
            if (!left_out) batch.push_back(std::move(slot));
            waiting_.pop_front();
        }
        return batch;
    }

    TaskScope& scope_;
    asio::any_io_executor executor_;
    GroupCommitOptions options_;
    Commit commit_;
    std::deque<std::shared_ptr<Slot>> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::size_t writing_ = 0;
};

}  // namespace herald
