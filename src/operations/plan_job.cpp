#include "operations/plan_job.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "storage/plan_store.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kSlice = 200;   // rows between two looks at the loop
constexpr std::size_t kProbe = 1000;  // recipients a question

// Most rows first, then by the key.
template <class Item, class Key>
std::vector<Item> by_rows(const std::map<Key, std::int64_t>& counts)
{
    std::vector<std::pair<std::int64_t, Key>> order;
    for (const auto& [key, rows] : counts) order.emplace_back(-rows, key);
    std::ranges::sort(order);
    std::vector<Item> items;
    for (auto& [minus_rows, key] : order) items.push_back({std::move(key), -minus_rows});
    return items;
}

// Adds up what rows become. One thread at a time.
class RowCounter
{
public:
    RowCounter(const JobDesk& desk, const JobSender& sender, Job job, Instant at)
        : desk_(desk), sender_(sender), job_(std::move(job)), at_(at)
    {
        plan_.channel = job_.channel;
        plan_.template_version = job_.template_version;
    }

    void take(RecipientRow row)
    {
        ++plan_.rows;
        const auto number = static_cast<std::int32_t>(row.number);
        const auto errors = row.errors;
        const auto hash = row.recipient ? std::hash<std::string>()(row.recipient->normalised) : 0;
        // Any id will do: it is on no message.
        const JobRowSlot slot{NotificationId{}, at_};
        auto drafted = draft_job_row(desk_, sender_, job_, std::move(row), slot);
        if (!drafted) return refuse(number, errors, drafted.error());
        accept(*drafted);
        recipients_.push_back(hash);
    }

    // Of the good rows, those that have not been asked about.
    std::vector<std::string> take_hashes() { return std::exchange(hashes_, {}); }
    [[nodiscard]] bool has_enough_hashes() const { return hashes_.size() >= kProbe; }
    void add_suppressed(std::int64_t rows) { plan_.suppressed_rows += rows; }

    JobPlan finish()
    {
        std::ranges::sort(recipients_);
        const auto again = std::ranges::unique(recipients_);
        plan_.repeated_rows = static_cast<std::int32_t>(again.size());
        plan_.reasons = by_rows<PlannedReason>(reasons_);
        plan_.downgraded = by_rows<PlannedCharacter>(characters_);
        return std::move(plan_);
    }

private:
    void refuse(std::int32_t number, const std::vector<RowError>& errors, const Error& refusal)
    {
        ++plan_.bad_rows;
        if (refusal.kind == ErrorKind::recipient_not_allowed) ++plan_.not_allowed_rows;
        for (const auto& error : errors) count_reason(reason_text(error));
        if (errors.empty()) count_reason(refusal.message);
        if (plan_.first_bad_rows.size() < JobPlan::kShownBadRows)
            plan_.first_bad_rows.push_back({number, refusal.message});
    }

    void count_reason(const std::string& reason)
    {
        const bool has_room = reasons_.size() < JobPlan::kShownReasons || reasons_.contains(reason);
        ++reasons_[has_room ? reason : JobPlan::kOtherReasons];
    }

    void accept(DraftNotification& drafted)
    {
        ++plan_.good_rows;
        if (plan_.channel == Channel::sms) plan_.fragments += drafted.row.billable_units;
        if (drafted.row.international) ++plan_.international_rows;
        if (drafted.row.recipient_hash) hashes_.push_back(std::move(*drafted.row.recipient_hash));
        count_characters(std::move(drafted.downgraded));
    }

    void count_characters(std::u32string characters)
    {
        if (characters.empty()) return;
        ++plan_.downgraded_rows;
        std::ranges::sort(characters);
        const auto again = std::ranges::unique(characters);
        characters.erase(again.begin(), again.end());
        for (const auto character : characters)
            if (characters_.size() < JobPlan::kShownCharacters || characters_.contains(character))
                ++characters_[character];
    }

    const JobDesk& desk_;
    const JobSender& sender_;
    const Job job_;
    const Instant at_;
    JobPlan plan_;
    std::map<std::string, std::int64_t> reasons_;
    std::map<char32_t, std::int64_t> characters_;
    std::vector<std::size_t> recipients_;  // hashes of the good rows'
    std::vector<std::string> hashes_;      // keyed ones, as suppressions have them
};

Task<> ask_suppressed(PlanContext context, const JobWish& wish, Channel channel, RowCounter& counter)
{
    auto hashes = counter.take_hashes();
    if (hashes.empty()) co_return;
    PlanStore store(context.jobs.database);
    counter.add_suppressed(
        co_await store.count_suppressed(wish.service_id, channel, std::move(hashes), deadline_in(context.step)));
}

std::optional<std::int64_t> stated_rate(const StatedRates& rates, Channel channel)
{
    return channel == Channel::sms ? rates.sms : rates.email;
}

// The slower of what was asked for and what the provider is said to take.
void set_rate(PlannedTimes& times, const JobWish& wish, std::optional<std::int64_t> of_provider)
{
    times.rate_per_second = of_provider;
    if (of_provider) times.rate_source = RateSource::provider;
    if (!wish.rows_per_second || (of_provider && *of_provider <= *wish.rows_per_second)) return;
    times.rate_per_second = *wish.rows_per_second;
    times.rate_source = RateSource::job;
}

seconds time_for(std::int64_t messages, std::int64_t rate)
{
    return seconds((messages + rate - 1) / rate);
}

Task<PlannedTimes> forecast(PlanContext context, const JobWish& wish, const JobPlan& plan)
{
    PlannedTimes times;
    times.starts_at = wish.scheduled_for.value_or(context.jobs.now);
    const auto of_provider = stated_rate(context.rates, plan.channel);
    set_rate(times, wish, of_provider);
    if (!wish.scheduled_for)
    {
        PlanStore store(context.jobs.database);
        times.rows_ahead = co_await store.count_rows_ahead(plan.channel, times.starts_at, deadline_in(context.step));
        if (of_provider) times.starts_at += time_for(times.rows_ahead, *of_provider);
    }
    if (times.rate_per_second) times.ends_at = times.starts_at + time_for(plan.good_rows, *times.rate_per_second);
    co_return times;
}

// As start_job.sql judges it: each row of the list counts, and a job that does not fit sends nothing.
Task<PlannedLimit> measure_limit(PlanContext context, const JobWish& wish, const Service& service, const JobPlan& plan)
{
    PlanStore store(context.jobs.database);
    const auto day = utc_date(wish.scheduled_for.value_or(context.jobs.now));
    PlannedLimit limit;
    limit.limit = service.message_limit;
    limit.used = co_await store.daily_usage(wish.service_id, day, deadline_in(context.step));
    limit.left = std::max<std::int64_t>(0, limit.limit - limit.used);
    limit.fits = wish.key_type == KeyType::test || plan.rows <= limit.left;
    co_return limit;
}

Task<Result<JobPlan>> finish(PlanContext context, JobWish wish, const JobSender& sender, RowCounter& counter)
{
    co_await ask_suppressed(context, wish, sender.from_template->facts.type, counter);
    auto plan = co_await context.desk.pool.run([&counter] { return counter.finish(); });
    plan.limit = co_await measure_limit(context, wish, sender.service->service(), plan);
    plan.times = co_await forecast(context, wish, plan);
    co_return plan;
}

Result<void> check_time(const PlanContext& context, const JobWish& wish)
{
    if (!wish.scheduled_for) return {};
    return check_schedule(*wish.scheduled_for, context.jobs.now);
}

// True: it has used all of its bytes.
bool count_slice(RecipientListReader& reader, RowCounter& counter)
{
    for (std::size_t i = 0; i < kSlice; ++i)
    {
        if (counter.has_enough_hashes()) return false;
        auto row = reader.next();
        if (!row) return true;
        counter.take(std::move(*row));
    }
    return false;
}

// The list once through, to its end or its error.
Task<Result<ListSurvey>> count_list(PlanContext context, const JobWish& wish, const JobSender& sender, ListSource& list,
                                    RowCounter& counter)
{
    if (auto begun = co_await list.rewind(); !begun) co_return Failure(begun.error());
    RecipientListReader reader(wish_list_options(sender, wish, context.desk.options));
    bool is_at_end = false;
    while (!is_at_end && !reader.error())
    {
        const auto bytes = co_await list.read();
        is_at_end = bytes.empty();
        const auto feed = [&]
        {
            is_at_end ? reader.finish() : reader.feed(bytes);
        };
        co_await context.desk.pool.run(feed);
        while (!co_await context.desk.pool.run([&] { return count_slice(reader, counter); }))
        {
            if (counter.has_enough_hashes())
                co_await ask_suppressed(context, wish, sender.from_template->facts.type, counter);
        }
    }
    ListSurvey survey;
    survey.error = reader.error();
    survey.columns = reader.columns();
    co_return survey;
}

// The row that a list of one would have.
RecipientRow row_of(OneMessage message, Channel channel, const std::string& default_region)
{
    RecipientRow row;
    row.recipient_text = std::move(message.recipient);
    row.personalisation = std::move(message.personalisation);
    auto recipient = parse_recipient(channel, row.recipient_text, default_region);
    if (recipient)
        row.recipient = std::move(*recipient);
    else
        row.errors.push_back(
            {RowErrorKind::invalid_recipient, std::string(recipient_column_name(channel)), recipient.error().message});
    return row;
}

}  // namespace

Task<Result<JobPlan>> plan_job(PlanContext context, JobWish wish, ListSource& list)
{
    if (auto in_time = check_time(context, wish); !in_time) co_return Failure(in_time.error());
    const auto sender = co_await find_wish_sender(context.jobs, wish);
    if (!sender) co_return Failure(sender.error());
    RowCounter counter(context.desk, *sender, job_of(wish, *sender), context.jobs.now);
    const auto survey = co_await count_list(context, wish, *sender, list, counter);
    if (!survey) co_return Failure(survey.error());
    if (auto good = judge_survey(*survey); !good) co_return Failure(good.error());
    co_return co_await finish(context, std::move(wish), *sender, counter);
}

Task<Result<JobPlan>> plan_message(PlanContext context, JobWish wish, OneMessage message)
{
    if (auto in_time = check_time(context, wish); !in_time) co_return Failure(in_time.error());
    const auto sender = co_await find_wish_sender(context.jobs, wish);
    if (!sender) co_return Failure(sender.error());
    auto job = job_of(wish, *sender);
    auto row = row_of(std::move(message), job.channel, context.desk.options.default_region);
    RowCounter counter(context.desk, *sender, std::move(job), context.jobs.now);
    const auto count = [&]
    {
        counter.take(std::move(row));
    };
    co_await context.desk.pool.run(count);
    co_return co_await finish(context, std::move(wish), *sender, counter);
}

}  // namespace herald
