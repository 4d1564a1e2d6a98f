#include "storage/retention_store.hpp"

#include <algorithm>
#include <map>

#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr std::int32_t kMostChanges = 100;
constexpr std::int32_t kDaysMadeAtOnce = 8;

std::int16_t number_of(Channel channel)
{
    return static_cast<std::int16_t>(channel);
}

// The columns of the statements that move contents.
struct PlaceColumns
{
    std::vector<Uuid> services;
    std::vector<Uuid> ids;
    std::vector<LocalDate> becomes;

    void add(const PlacedContents& row)
    {
        services.push_back(row.service_id.value);
        ids.push_back(row.id.value);
        becomes.push_back(row.becomes);
    }
};

}  // namespace

Task<std::vector<RetentionSetting>> RetentionStore::list(ServiceId service, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_retention, pg::Params::of(service), deadline);
    std::vector<RetentionSetting> settings;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        RetentionSetting setting;
        setting.id = rows.get<Uuid>(i, "id");
        setting.channel = static_cast<Channel>(rows.get<std::int16_t>(i, "channel"));
        setting.days = rows.get<std::int32_t>(i, "days");
        setting.created_at = rows.get<Instant>(i, "created_at");
        setting.updated_at = rows.get<std::optional<Instant>>(i, "updated_at");
        setting.changed_at = rows.get<Instant>(i, "changed_at");
        setting.moved = rows.get<std::int64_t>(i, "moved");
        setting.forgotten = rows.get<std::int64_t>(i, "forgotten");
        setting.applied_at = rows.get<std::optional<Instant>>(i, "applied_at");
        settings.push_back(setting);
    }
    co_return settings;
}

Task<std::vector<RetentionChange>> RetentionStore::changes(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_retention_changes, pg::Params::of(kMostChanges), deadline);
    std::vector<RetentionChange> changes;
    for (std::size_t i = 0; i < rows.size(); ++i)
        changes.push_back({ServiceId{rows.get<Uuid>(i, "service_id")},
                           static_cast<Channel>(rows.get<std::int16_t>(i, "channel")),
                           rows.get<Instant>(i, "changed_at"), rows.get<std::int32_t>(i, "days")});
    co_return changes;
}

Task<std::optional<RetentionProgress>> RetentionStore::take(pg::Transaction& transaction, RetentionChange change,
                                                            Deadline deadline)
{
    auto params = pg::Params::of(change.service_id, number_of(change.channel), change.changed_at);
    const auto rows = co_await transaction.execute(sql::take_retention_change, std::move(params), deadline);
    if (rows.empty()) co_return std::nullopt;
    RetentionProgress progress;
    progress.days = rows.get<std::int32_t>(0, "days");
    progress.reach_days = rows.get<std::int32_t>(0, "reach_days");
    progress.done_id = rows.get<std::optional<Uuid>>(0, "done_id");
    progress.forgotten = rows.get<std::int64_t>(0, "forgotten");
    co_return progress;
}

Task<MisplacedContents> RetentionStore::misplaced(pg::Transaction& transaction, RetentionChange change,
                                                  std::int32_t days, Uuid after, Uuid before, LocalDate today,
                                                  std::int32_t most, Deadline deadline)
{
    auto params = pg::Params::of(change.service_id, number_of(change.channel), days, after, before, today, most);
    const auto rows = co_await transaction.execute(sql::list_misplaced_contents, std::move(params), deadline);
    MisplacedContents found;
    found.looked_at = rows.get<std::int64_t>(0, "looked_at");
    found.last_id = rows.get<std::optional<Uuid>>(0, "last_id");
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        const auto id = rows.get<std::optional<Uuid>>(i, "id");
        if (!id) continue;
        found.rows.push_back({change.service_id, NotificationId{*id}, rows.get<LocalDate>(i, "purge_on"),
                              rows.get<LocalDate>(i, "becomes")});
    }
    co_return found;
}

Task<std::vector<PlacedContents>> RetentionStore::unfinished_past(pg::Transaction& transaction, LocalDate today,
                                                                  Uuid before, MessageKey after, std::int32_t most,
                                                                  Deadline deadline)
{
    auto params = pg::Params::of(today, before, after.first, after.second, most);
    const auto rows = co_await transaction.execute(sql::list_unfinished_past, std::move(params), deadline);
    std::vector<PlacedContents> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({ServiceId{rows.get<Uuid>(i, "service_id")}, NotificationId{rows.get<Uuid>(i, "id")},
                         rows.get<LocalDate>(i, "purge_on"), add_days(today, 1)});
    co_return found;
}

Task<> RetentionStore::place(pg::Transaction& transaction, std::vector<PlacedContents> rows, LocalDate today,
                             Deadline deadline)
{
    if (rows.empty()) co_return;
    PlaceColumns all;
    std::map<LocalDate, PlaceColumns> by_day;  // a day is a partition
    for (const auto& row : rows)
    {
        all.add(row);
        by_day[row.purge_on].add(row);
    }
    auto facts = pg::Params::of(all.services, all.ids, all.becomes);
    co_await transaction.execute(sql::place_notifications, std::move(facts), deadline);
    for (const auto& [day, columns] : by_day)
    {
        auto contents = pg::Params::of(day, columns.services, columns.ids, columns.becomes, today);
        co_await transaction.execute(sql::place_contents, std::move(contents), deadline);
    }
}

Task<std::int64_t> RetentionStore::place_inbound(pg::Transaction& transaction, ServiceId service, std::int32_t days,
                                                 LocalDate today, std::int32_t most, Deadline deadline)
{
    auto params = pg::Params::of(service, days, most, today);
    const auto rows = co_await transaction.execute(sql::place_inbound_sms, std::move(params), deadline);
    co_return rows.affected();
}

Task<> RetentionStore::note(pg::Transaction& transaction, RetentionChange change, Uuid done_id, std::int64_t moved,
                            std::int64_t forgotten, std::optional<Instant> finished, Deadline deadline)
{
    auto params = pg::Params::of(change.service_id, number_of(change.channel), done_id, moved, forgotten, finished);
    co_await transaction.execute(sql::note_retention_change, std::move(params), deadline);
}

Task<> RetentionStore::make_room(Instant now, std::int32_t days, Deadline deadline)
{
    // By UTC's date, which is at most a day beside every zone's: hence the four.
    const std::int32_t wanted = days + 4;
    for (std::int32_t made = kDaysMadeAtOnce; made < wanted + kDaysMadeAtOnce; made += kDaysMadeAtOnce)
    {
        auto params = pg::Params::of(utc_date(now), std::min(made, wanted));
        co_await database_.execute(sql::make_contents_partitions, std::move(params), deadline);
    }
}

Task<> RetentionStore::vacuum(Deadline deadline)
{
    // Not a file of its own: PREPARE, which all of those stand, takes no such statement.
    constexpr pg::Statement kVacuum{"vacuum_contents",
                                    "VACUUM (SKIP_LOCKED, INDEX_CLEANUP ON, TRUNCATE OFF) notification_contents"};
    co_await database_.execute(kVacuum, pg::Params(), deadline);
}

}  // namespace herald
