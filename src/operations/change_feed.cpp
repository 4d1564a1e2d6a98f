#include "operations/change_feed.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include "base/log.hpp"
#include "base/metrics.hpp"

namespace herald
{

namespace
{

constexpr std::string_view kLatest = "latest";
// A key sees its own kind of messages, so a page may have to look at many changes to find a few: so many in one
// statement, and so many statements for one page.
constexpr std::int32_t kExamined = 1000;
constexpr int kMostStatements = 5;
constexpr auto kForTheAnswer = seconds(3);          // left of the request's time when the waiting ends
constexpr auto kGather = milliseconds(10);          // what comes together is found together
constexpr auto kShortestPause = milliseconds(200);  // between two polls, however much is written
constexpr auto kPollDeadline = seconds(10);

std::string text_of(LocalDate day)
{
    return fmt::format("{:04}-{:02}-{:02}", int{day.year()}, unsigned{day.month()}, unsigned{day.day()});
}

Failure no_longer_valid(std::string_view reason)
{
    return fail(ErrorKind::bad_request,
                fmt::format("after is no longer valid, because {}: start again without after, from the oldest change "
                            "that is kept",
                            reason));
}

}  // namespace

struct ChangeFeed::Waiter
{
    ChangeWait wait;
    Notifier woken = {};
};

ChangeFeed::ChangeFeed(pg::Database& database, const KeyRing& keys, TaskScope& scope, ChangeFeedOptions options)
    : store_(database),
      horizon_(store_),
      keys_(keys),
      scope_(scope),
      options_(options),
      read_metric_(metrics::counter("herald_changes_read_total", "changes given to readers of the change feed")),
      waiting_metric_(metrics::gauge("herald_change_feed_waiting", "requests that wait for a change"))
{
}

ChangeFeed::~ChangeFeed() = default;

Task<Result<ChangePage>> ChangeFeed::read(ChangesAsked asked, Deadline deadline)
{
    const Deadline until = std::min(deadline_in(asked.wait), deadline - kForTheAnswer);
    ChangeState state = co_await horizon_.current(deadline);
    auto place = place_of(asked, state);
    if (!place) co_return Failure(place.error());
    if (place->seq > state.drawn) state = co_await horizon_.newest(deadline);  // another process knows more
    if (place->seq > state.drawn) co_return no_longer_valid("an older copy of the database took its place");
    for (;;)
    {
        ChangePage page = co_await read_page(asked, *place, state, deadline);
        page.next = change_cursor(keys_, asked.service, state.lineage, *place);
        read_metric_.Increment(static_cast<double>(page.changes.size()));
        if (!page.changes.empty() || page.has_more || stopped_ || monotonic_now() >= until) co_return page;
        if (const auto waited = co_await wait_for_change(asked.service, *place, until); !waited)
            co_return Failure(waited.error());
        const ChangeState next = co_await horizon_.current(deadline);
        // Numbers of another lineage are not compared with these.
        if (next.lineage != state.lineage) co_return page;
        state = next;
    }
}

Result<ChangePlace> ChangeFeed::place_of(const ChangesAsked& asked, const ChangeState& state) const
{
    if (asked.after.empty()) return ChangePlace{};
    if (asked.after == kLatest)
    {
        if (state.is_complete()) return ChangePlace{state.drawn, state.at};
        if (state.settled) return ChangePlace{*state.settled, state.settled_at.value_or(Instant{})};
        return fail(ErrorKind::unavailable, "");
    }
    auto place = read_change_cursor(keys_, asked.service, state.lineage, asked.after);
    if (place && place->seq > 0 && state.kept_since && utc_date(place->at) < *state.kept_since)
        return no_longer_valid(fmt::format("changes are kept since {} only", text_of(*state.kept_since)));
    return place;
}

Task<ChangePage> ChangeFeed::read_page(const ChangesAsked& asked, ChangePlace& place, ChangeState state,
                                       Deadline deadline)
{
    const auto limit = static_cast<std::size_t>(asked.limit);
    const std::int64_t up_to = state.settled.value_or(0);
    const Instant before = state.at + kClockSlack;
    ChangePage page;
    std::int32_t count = asked.limit + 1;  // one more than a page tells whether there is another
    for (int statement = 0; statement < kMostStatements && place.seq < up_to; ++statement)
    {
        auto found = co_await store_.list(asked.service, asked.filter, place, up_to, before, count, deadline);
        page.has_more = found.examined == count;
        for (auto& change : found.shown)
        {
            if (page.changes.size() == limit)
            {
                page.has_more = true;
                co_return page;
            }
            place = {change.seq, change.at};
            page.changes.push_back(std::move(change));
        }
        place = found.last;
        if (!page.has_more)
        {
            // Nothing is left up to the horizon: go on from there, which keeps the cursor of a quiet service young.
            place = {up_to, state.is_complete() ? state.at : state.settled_at.value_or(place.at)};
            co_return page;
        }
        if (page.changes.size() == limit) co_return page;
        count = kExamined;
    }
    if (state.is_complete() && place.seq == up_to) place.at = std::max(place.at, state.at);
    co_return page;
}

Task<Result<void>> ChangeFeed::wait_for_change(ServiceId service, ChangePlace place, Deadline until)
{
    if (waiting_.size() >= options_.most_waiting) co_return fail(ErrorKind::unavailable, "");
    const auto of_this = waiting_of_.find(service);
    if (of_this != waiting_of_.end() && of_this->second >= options_.most_waiting_of_one)
        co_return fail(ErrorKind::rate_limited,
                       fmt::format("Exceeded the number of requests that may wait for a change at the same time, {}",
                                   options_.most_waiting_of_one));
    Waiter waiter{{service, place}};
    const auto here = waiting_.insert(waiting_.end(), &waiter);
    ++waiting_of_[service];
    waiting_metric_.Increment();
    const auto leave = [this, here, service](void*)
    {
        waiting_.erase(here);
        const auto count = waiting_of_.find(service);
        if (--count->second == 0) waiting_of_.erase(count);
        waiting_metric_.Decrement();
    };
    const std::unique_ptr<void, decltype(leave)> guard(this, leave);
    if (!polling_)
    {
        polling_ = true;
        if (!scope_.spawn("change_feed", poll_while_waited_for())) polling_ = false;
    }
    if (polling_) co_await waiter.woken.wait(until);
    co_return Result<void>();
}

void ChangeFeed::hint(ServiceId service)
{
    if (!waiting_of_.empty() && waiting_of_.contains(service)) hinted_.notify_all();
}

void ChangeFeed::stop()
{
    stopped_ = true;
    for (Waiter* waiter : waiting_) waiter->woken.notify_all();
    hinted_.notify_all();
}

Task<> ChangeFeed::poll_while_waited_for()
{
    Deadline polled_at{};
    while (!waiting_.empty() && !stopped_)
    {
        if (co_await hinted_.wait(deadline_in(options_.poll)))
            co_await sleep_until(std::max(deadline_in(kGather), polled_at + kShortestPause));
        polled_at = monotonic_now();
        bool failed = false;
        try
        {
            co_await poll();
        }
        catch (const std::runtime_error& failure)
        {
            log::warning("those who wait for changes are not told of any", {{"reason", failure.what()}});
            failed = true;
        }
        if (failed) co_await sleep_for(options_.poll);
    }
    polling_ = false;
}

Task<> ChangeFeed::poll()
{
    const Deadline deadline = deadline_in(kPollDeadline);
    if (waiting_.empty() || stopped_) co_return;
    const ChangeState state = co_await horizon_.newest(deadline);
    std::vector<ChangeWait> waiting;
    for (const Waiter* waiter : waiting_)
        if (waiter->wait.after.seq < state.settled.value_or(0)) waiting.push_back(waiter->wait);
    if (waiting.empty()) co_return;
    auto asked = waiting;
    const auto changed =
        co_await store_.changed(std::move(asked), state.settled.value_or(0), state.at + kClockSlack, deadline);
    std::unordered_set<ServiceId, UuidHash> services;
    for (const auto place : changed) services.insert(waiting[place].service_id);
    // Some have gone and others come meanwhile; who is woken for nothing waits again.
    for (Waiter* waiter : waiting_)
        if (services.contains(waiter->wait.service_id)) waiter->woken.notify_all();
}

}  // namespace herald
