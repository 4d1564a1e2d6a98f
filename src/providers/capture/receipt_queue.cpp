#include "providers/capture/receipt_queue.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace herald
{

// Handlers hold the State, so it outlives the queue by at most one of them.
struct ReceiptQueue::State : std::enable_shared_from_this<State>
{
    struct Entry
    {
        Deadline due;
        std::uint64_t order = 0;
        Receipt receipt;
    };
    // For a heap with the earliest on top.
    static bool later(const Entry& left, const Entry& right)
    {
        return left.due != right.due ? left.due > right.due : left.order > right.order;
    }

    State(asio::any_io_executor executor, std::function<void(Receipt)> to)
        : deliver(std::move(to)), timer(std::move(executor))
    {
    }

    void add(Deadline due, Receipt receipt);
    void arm();
    void run(Deadline until);

    std::function<void(Receipt)> deliver;  // empty once the queue is gone
    asio::steady_timer timer;
    std::vector<Entry> heap;
    std::uint64_t added = 0;
    std::optional<Deadline> armed;  // when the timer, or the posted run(), will come
};

void ReceiptQueue::State::add(Deadline due, Receipt receipt)
{
    heap.push_back(Entry{due, added++, std::move(receipt)});
    std::ranges::push_heap(heap, later);
    if (!armed || due < *armed) arm();
}

void ReceiptQueue::State::arm()
{
    const auto due = heap.front().due;
    armed = due;
    if (due <= std::chrono::steady_clock::now())
    {
        // Under load one posted run delivers all that has become due by then: no timer operation a message.
        armed = Deadline::min();
        asio::post(timer.get_executor(), [self = shared_from_this()] { self->run(std::chrono::steady_clock::now()); });
        return;
    }
    timer.expires_at(due);
    timer.async_wait(
        [self = shared_from_this(), due](const boost::system::error_code& error)
        {
            // Armed anew for an earlier one meanwhile: that wait will take care of everything.
            if (!error && self->armed == due) self->run(std::chrono::steady_clock::now());
        });
}

void ReceiptQueue::State::run(Deadline until)
{
    while (deliver && !heap.empty() && heap.front().due <= until)
    {
        std::ranges::pop_heap(heap, later);
        auto receipt = std::move(heap.back().receipt);
        heap.pop_back();
        deliver(std::move(receipt));
    }
    armed.reset();
    if (deliver && !heap.empty()) arm();
}

ReceiptQueue::ReceiptQueue(asio::any_io_executor executor, std::function<void(Receipt)> deliver)
    : state_(std::make_shared<State>(std::move(executor), std::move(deliver)))
{
}

ReceiptQueue::~ReceiptQueue()
{
    state_->deliver = nullptr;
    state_->timer.cancel();
}

void ReceiptQueue::add(Deadline due, Receipt receipt)
{
    state_->add(due, std::move(receipt));
}

std::size_t ReceiptQueue::waiting() const
{
    return state_->heap.size();
}

}  // namespace herald
