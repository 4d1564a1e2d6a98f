// The messages that CaptureProviders were given, for people and tests to read. One Mailbox serves any number of
// providers and loops.
//
// Holds the newest `capacity` messages in memory and nothing on disk. Thread-safe.
// Security: this is personal data in clear. Show it only where the operator has switched capture on; never log it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/notification.hpp"

namespace herald
{

struct CapturedMessage
{
    NotificationId id;
    ServiceId service_id;
    Channel channel = Channel::email;
    std::string reference;
    Instant received_at{};
    std::optional<NotificationStatus> status;  // of the last receipt; nullopt: none yet
    int times_taken = 1;                       // more than 1: it was sent again

    // Empty when the provider keeps no content.
    std::string to;
    std::string from;  // sms: the sender; email: name and address
    std::optional<std::string> reply_to;
    std::string subject;
    std::string text;
    std::string html;
};

class Mailbox
{
public:
    explicit Mailbox(std::size_t capacity = 1'000);

    // False when a message of this id is here already: that one is kept and its times_taken counted up.
    bool take(CapturedMessage message);
    void set_status(NotificationId id, NotificationStatus status);

    [[nodiscard]] std::vector<CapturedMessage> newest(std::size_t limit, std::size_t skip = 0) const;
    [[nodiscard]] std::optional<CapturedMessage> find(NotificationId id) const;
    [[nodiscard]] std::size_t size() const;
    // Messages taken since the start, and how many of those were seen to be sent again.
    [[nodiscard]] std::uint64_t taken() const;
    [[nodiscard]] std::uint64_t taken_again() const;
    void clear();

private:
    const std::size_t capacity_;

    mutable std::mutex mutex_;
    // Everything below is protected by mutex_. `ring_` grows to capacity_ and is overwritten from then on; next_ is its
    // oldest slot.
    std::vector<CapturedMessage> ring_;
    std::unordered_map<NotificationId, std::size_t, UuidHash> slots_;
    std::size_t next_ = 0;
    std::uint64_t taken_ = 0;
    std::uint64_t taken_again_ = 0;
};

}  // namespace herald
