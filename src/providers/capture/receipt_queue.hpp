// Receipts that are due later: one heap and one timer for all of them. Belongs to the Loop of its executor.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "providers/provider.hpp"
#include "runtime/task.hpp"

namespace herald
{

class ReceiptQueue
{
public:
    // `deliver` is called on the loop and never inside add(); it must not throw.
    ReceiptQueue(asio::any_io_executor executor, std::function<void(Receipt)> deliver);
    ~ReceiptQueue();  // what is still waiting is dropped
    ReceiptQueue(const ReceiptQueue&) = delete;
    ReceiptQueue& operator=(const ReceiptQueue&) = delete;

    // Delivers at `due`; in the order of `due`, then of add().
    void add(Deadline due, Receipt receipt);
    [[nodiscard]] std::size_t waiting() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace herald
