// The tables of a message's life in memory: what each statement of storage/queries/{queue,delivery} does to them, and
// nothing else. store_pgtest.cpp holds them to PostgreSQL's answers.
//
// One call is one transaction; they follow each other. `server_now` is the database's clock, `now` the caller's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "domain/notifications/event.hpp"
#include "operations/delivery_store.hpp"
#include "queue/queue_store.hpp"

namespace herald::simulation
{

struct Message
{
    NotificationId id;
    ServiceId service;
    std::int16_t lane = 2;
    Channel channel = Channel::sms;
    std::int16_t key_type = 1;
    bool international = false;
    TemplateId template_id;
    std::int32_t template_version = 1;
    std::string sealed;

    NotificationStatus status = NotificationStatus::created;
    std::int16_t billable_units = 0;
    std::optional<Instant> sent_at;
    std::string sent_by;
    std::string reference;
    std::string response;
};

struct Event
{
    Instant at{};
    EventKind kind = EventKind::accepted;
    std::optional<NotificationStatus> status;
    std::optional<std::int16_t> attempt;
    std::string provider;
};

// A rule that the tables break, so that a test can see whether the simulation finds out.
enum class BrokenRule
{
    none,
    fences,          // a result ends the lease of whoever holds the message now
    ends_of_leases,  // leases are taken over while they last
    doubts,          // a lost lease leaves no doubt behind: the message is sent again without a question
    final_statuses,  // a receipt changes a status that is final
    lost_results,    // a result takes the message out of the queue, and is not kept
};

class Tables
{
public:
    // Told of every change, before the call that made it returns.
    struct Watcher
    {
        std::function<void(const Message&, NotificationStatus before)> status = [](const auto&, auto) {};
        std::function<void(const Message&, const Event&)> event = [](const auto&, const auto&) {};
    };

    explicit Tables(BrokenRule broken = BrokenRule::none) : broken_(broken) {}
    void watch(Watcher watcher) { watcher_ = std::move(watcher); }

    void accept(Message message, Instant now);

    [[nodiscard]] std::vector<DeliveryPlace> list_places() const;
    std::vector<ClaimedDelivery> claim(const std::vector<ClaimAsk>& asked, Uuid holder, seconds lease,
                                       Instant server_now, Instant now);
    void release(const std::vector<ClaimedDelivery>& claimed);
    void release_claims(const std::vector<Uuid>& holders);
    std::vector<MovedRetries> move_due_retries(Instant now, std::int32_t most);
    std::int64_t recover_expired_leases(Instant server_now, Instant now, std::int32_t most, Instant retry_at);

    NewsCounts record(const DeliveryNews& news, bool correct_delivered, Instant now);
    [[nodiscard]] std::optional<Receipt> find_left_over_receipt(NotificationId id) const;
    [[nodiscard]] std::vector<std::string> list_attempt_providers(NotificationId id) const;
    LeftOverCounts match_left_over_receipts(std::int32_t most, Instant too_old, bool correct_delivered, Instant now);
    std::vector<DueLookUp> claim_look_ups(std::int32_t most, Instant claimed_until, Instant now);
    void put_back_look_ups(const std::vector<NextLookUp>& next);
    // How many messages.
    std::int64_t time_out(Instant cutoff, std::int32_t most, Instant now);

    // Where a message is: R ready, L leased, T to be retried, A awaited once, W receipts of it that nobody awaits.
    [[nodiscard]] std::string places_of(NotificationId id) const;
    // All that there is of a message, as a text to compare: store_pgtest.cpp writes PostgreSQL's in the same form.
    [[nodiscard]] std::string describe(NotificationId id) const;
    [[nodiscard]] const std::map<NotificationId, Message>& messages() const { return messages_; }
    [[nodiscard]] const std::vector<Event>& events(NotificationId id) const { return events_.at(id); }
    // Nothing is queued, leased, or awaited.
    [[nodiscard]] bool is_idle() const
    {
        return ready_.empty() && leases_.empty() && retries_.empty() && awaiting_.empty();
    }

private:
    struct Attempt
    {
        std::int16_t number = 1;
        bool uncertain = false;
    };
    struct Lease
    {
        Attempt attempt;
        std::int64_t fence = 0;
        Uuid holder;
        Instant until{};
    };
    struct Awaited
    {
        NotificationId id;
        Instant look_up_at{};
        Instant handed_over_at{};
    };
    struct Unmatched
    {
        Receipt receipt;
        Instant received_at{};
        Instant look_at{};
    };
    // A result that counts, and the attempt that it is of.
    struct Settled
    {
        const SendResult* result = nullptr;
        Attempt attempt;
        bool late = false;
    };
    using Reference = std::pair<std::string, std::string>;  // provider and its name for the message
    using ReadyKey = std::pair<DeliveryShelf, Uuid>;

    [[nodiscard]] static ReadyKey ready_key(const Message& message);
    void note(const Message& message, Event event);
    void put_back(NotificationId id, const Lease& lease);
    [[nodiscard]] std::string last_provider(NotificationId id) const;
    std::vector<Settled> settle(const std::vector<const SendResult*>& results);
    std::optional<Attempt> take_doubt(NotificationId id);
    void apply(const Settled& settled, Instant now);
    void record_round(const std::vector<const Receipt*>& round, bool correct_delivered, Instant now,
                      NewsCounts& counts);
    bool apply(const Receipt& receipt, Message& message, bool corrects, Instant now);
    [[nodiscard]] bool is_told_again(const Receipt& receipt) const;

    const BrokenRule broken_;
    Watcher watcher_;
    std::map<NotificationId, Message> messages_;
    std::map<NotificationId, std::vector<Event>> events_;
    std::set<DeliveryPlace> places_;
    std::map<ReadyKey, Attempt> ready_;
    std::map<NotificationId, Lease> leases_;
    std::map<std::pair<Instant, NotificationId>, Attempt> retries_;
    std::map<Reference, Awaited> awaiting_;
    std::map<std::int64_t, Unmatched> unmatched_;
    std::int64_t fences_ = 0;
    std::int64_t unmatched_ids_ = 0;
};

}  // namespace herald::simulation
