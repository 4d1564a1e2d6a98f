#include "operations/apply_retention.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "domain/services/retention.hpp"
#include "runtime/monotonic.hpp"
#include "sql/queries.hpp"
#include "storage/retention_store.hpp"

namespace herald
{

namespace
{

using std::chrono::minutes;

// Until a change is known everywhere and what was accepted by the old setting has been committed, with room for
// clocks: messages that are so young are looked at last.
constexpr auto kBeforeTheChange = minutes(1);
constexpr auto kBehindTheChange = minutes(2);
constexpr auto kSettledAfter = minutes(3);
constexpr auto kLongestRun = seconds(60);

class RetentionApplier
{
public:
    RetentionApplier(pg::Database& database, const TimeZone& zone, Instant now, std::int32_t batch, Deadline deadline)
        : database_(database),
          store_(database),
          zone_(zone),
          now_(now),
          today_(zone.date_of(now)),
          batch_(batch),
          deadline_(deadline)
    {
    }

    Task<std::int64_t> run()
    {
        const Deadline enough = monotonic_now() + kLongestRun;
        bool progress = true;
        while (progress && monotonic_now() < enough)
        {
            progress = false;
            const auto changes = co_await store_.changes(deadline_);
            for (const auto& change : changes)
                if (co_await apply_batch(change)) progress = true;
        }
        if (to_vacuum_) co_await vacuum();
        co_return looked_at_;
    }

private:
    // Where the part of the change begins and ends that can be worked on by now.
    struct Range
    {
        Uuid after;
        Uuid before;
        bool is_last = false;
    };

    [[nodiscard]] Range range_of(const RetentionChange& change, const RetentionProgress& progress) const
    {
        Range range;
        // A day of slack: an id is made a moment before its row's time.
        const LocalDate oldest = add_days(zone_.date_of(change.changed_at), -progress.reach_days - 1);
        range.after = progress.done_id.value_or(uuid_v7_floor(zone_.start_of(oldest)));
        range.is_last = now_ >= change.changed_at + kSettledAfter;
        range.before =
            uuid_v7_floor(range.is_last ? change.changed_at + kBehindTheChange : change.changed_at - kBeforeTheChange);
        return range;
    }

    // Whether anything was done.
    Task<bool> apply_batch(RetentionChange change)
    {
        co_await make_room(change.days);
        auto transaction = co_await database_.begin(deadline_);
        const auto progress = co_await RetentionStore::take(transaction, change, deadline_);
        if (!progress) co_return false;
        const Range range = range_of(change, *progress);
        if (change.channel == Channel::sms && (range.is_last || !progress->done_id))
        {
            const auto texts = co_await RetentionStore::place_inbound(transaction, change.service_id, progress->days,
                                                                      today_, batch_, deadline_);
            if (texts > 0)
            {
                co_await transaction.commit(deadline_);
                co_await forget_inbound();
                co_return true;
            }
        }
        if (range.after >= range.before && !range.is_last) co_return false;
        co_await place_batch(transaction, change, *progress, range);
        co_await transaction.commit(deadline_);
        co_return true;
    }

    Task<> place_batch(pg::Transaction& transaction, RetentionChange change, RetentionProgress progress, Range range)
    {
        auto found = co_await RetentionStore::misplaced(transaction, change, progress.days, range.after, range.before,
                                                        today_, batch_, deadline_);
        const auto count = static_cast<std::int64_t>(found.rows.size());
        const std::int64_t forgotten =
            std::ranges::count_if(found.rows, [&](const auto& row) { return row.becomes <= today_; });
        co_await RetentionStore::place(transaction, std::move(found.rows), today_, deadline_);
        const bool reached_end = found.looked_at < batch_;
        const bool finished = reached_end && range.is_last;
        const Uuid done = reached_end ? std::max(range.before, range.after) : *found.last_id;
        co_await RetentionStore::note(transaction, change, done, count - forgotten, forgotten,
                                      finished ? std::optional(now_) : std::nullopt, deadline_);
        looked_at_ += found.looked_at;
        if (reached_end && !finished && progress.forgotten + forgotten > 0) to_vacuum_ = true;
    }

    Task<> make_room(std::int32_t days)
    {
        if (days <= room_) co_return;
        co_await store_.make_room(now_, days, deadline_);
        room_ = days;
    }

    Task<> forget_inbound()
    {
        while (true)
        {
            auto params = pg::Params::of(today_, batch_);
            const auto rows = co_await database_.execute(sql::delete_purged_inbound_sms, std::move(params), deadline_);
            if (rows.affected() < batch_) co_return;
        }
    }

    // What it does not reach, because somebody has a lock, autovacuum will.
    Task<> vacuum()
    {
        try
        {
            co_await store_.vacuum(deadline_);
        }
        catch (const pg::SqlError& refused)
        {
            log::warning("deleted contents could not be vacuumed", {{"reason", refused.what()}});
        }
    }

    pg::Database& database_;
    RetentionStore store_;
    const TimeZone& zone_;
    const Instant now_;
    const LocalDate today_;
    const std::int32_t batch_;
    const Deadline deadline_;
    std::int32_t room_ = 0;  // days of retention for which there are partitions
    std::int64_t looked_at_ = 0;
    bool to_vacuum_ = false;
};

// No message that was accepted from then on is past the shortest retention today. With a day of slack.
Uuid youngest_past(const TimeZone& zone, LocalDate today)
{
    return uuid_v7_floor(zone.start_of(add_days(today, 1 - kLeastRetentionDays)));
}

}  // namespace

Task<std::int64_t> apply_retention_changes(pg::Database& database, const TimeZone& zone, Instant now,
                                           std::int32_t batch, Deadline deadline)
{
    RetentionApplier applier(database, zone, now, batch, deadline);
    co_return co_await applier.run();
}

Task<std::int64_t> hold_unfinished_contents(pg::Database& database, const TimeZone& zone, LocalDate today,
                                            std::int32_t batch, Deadline deadline)
{
    const Uuid before = youngest_past(zone, today);
    RetentionStore::MessageKey after;
    bool found_some = false;
    std::int64_t held = 0;
    while (true)
    {
        auto transaction = co_await database.begin(deadline);
        auto rows = co_await RetentionStore::unfinished_past(transaction, today, before, after, batch, deadline);
        if (rows.empty())
        {
            // It is over when one look at all of them has found none.
            if (!found_some) co_return held;
            found_some = false;
            after = {};
            continue;
        }
        found_some = true;
        after = {rows.back().service_id, rows.back().id};
        held += static_cast<std::int64_t>(rows.size());
        co_await RetentionStore::place(transaction, std::move(rows), today, deadline);
        co_await transaction.commit(deadline);
    }
}

}  // namespace herald
