#include "providers/capture/mailbox.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace herald
{

Mailbox::Mailbox(std::size_t capacity) : capacity_(capacity)
{
    if (capacity == 0) throw std::invalid_argument("a mailbox needs room for one message");
}

bool Mailbox::take(CapturedMessage message)
{
    const std::scoped_lock lock(mutex_);
    ++taken_;
    if (const auto known = slots_.find(message.id); known != slots_.end())
    {
        ++taken_again_;
        ++ring_[known->second].times_taken;
        return false;
    }
    if (ring_.size() < capacity_)
    {
        slots_.emplace(message.id, ring_.size());
        ring_.push_back(std::move(message));
        return true;
    }
    slots_.erase(ring_[next_].id);
    slots_.emplace(message.id, next_);
    ring_[next_] = std::move(message);
    next_ = (next_ + 1) % capacity_;
    return true;
}

void Mailbox::set_status(NotificationId id, NotificationStatus status)
{
    const std::scoped_lock lock(mutex_);
    if (const auto known = slots_.find(id); known != slots_.end()) ring_[known->second].status = status;
}

std::vector<CapturedMessage> Mailbox::newest(std::size_t limit, std::size_t skip) const
{
    const std::scoped_lock lock(mutex_);
    std::vector<CapturedMessage> messages;
    const std::size_t end = skip < ring_.size() ? std::min(limit, ring_.size() - skip) + skip : skip;
    for (std::size_t age = skip; age < end; ++age)
    {
        messages.push_back(ring_[(next_ + ring_.size() - 1 - age) % ring_.size()]);
    }
    return messages;
}

std::optional<CapturedMessage> Mailbox::find(NotificationId id) const
{
    const std::scoped_lock lock(mutex_);
    const auto known = slots_.find(id);
    if (known == slots_.end()) return std::nullopt;
    return ring_[known->second];
}

std::size_t Mailbox::size() const
{
    const std::scoped_lock lock(mutex_);
    return ring_.size();
}

std::uint64_t Mailbox::taken() const
{
    const std::scoped_lock lock(mutex_);
    return taken_;
}

std::uint64_t Mailbox::taken_again() const
{
    const std::scoped_lock lock(mutex_);
    return taken_again_;
}

void Mailbox::clear()
{
    const std::scoped_lock lock(mutex_);
    ring_.clear();
    slots_.clear();
    next_ = 0;
}

}  // namespace herald
