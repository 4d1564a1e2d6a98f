#include "operations/archive_jobs.hpp"

#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/retention_world.hpp"

namespace herald
{
namespace
{

using testing::in_retention_world;
using testing::RetentionWorld;
using testing::soon;

// Keeps keys, and cannot remove `stuck`.
class Keys final : public ObjectStore
{
public:
    Task<std::unique_ptr<ObjectReader>> open(std::string, Deadline) override { co_return nullptr; }
    Task<std::optional<ObjectInfo>> inspect(std::string, Deadline) override { co_return std::nullopt; }
    Task<std::unique_ptr<ObjectWriter>> create(std::string, ObjectMetadata, Deadline) override { co_return nullptr; }
    Task<> put(std::string key, std::string, ObjectMetadata, Deadline) override
    {
        keys.insert(std::move(key));
        co_return;
    }
    Task<> remove(std::string key, Deadline) override
    {
        if (key == stuck) throw ObjectStoreError("the store does not answer");
        keys.erase(key);
        co_return;
    }
    Task<ObjectPage> list(std::string, std::string, std::size_t, Deadline) override { co_return ObjectPage{}; }
    Task<> close(Deadline) override { co_return; }

    std::set<std::string> keys;
    std::string stuck;
};

Task<> add_job(RetentionWorld& world, Keys& store, ServiceId service, std::string key, Instant counts_from,
               const char* channel = "2", const char* status = "finished")
{
    store.keys.insert(key);
    co_await world.database.run_script(
        fmt::format("INSERT INTO jobs (service_id, id, original_file_name, object_key, template_id, template_version, "
                    "channel, key_type, notification_count, status, created_at) VALUES ('{}', gen_random_uuid(), 'f', "
                    "'{}', gen_random_uuid(), 1, {}, 1, 1, '{}', '{}')",
                    service.to_string(), key, channel, status, format_v2(counts_from)),
        soon());
}

Task<std::int64_t> archive(RetentionWorld& world, Keys& store)
{
    co_return co_await archive_past_jobs(world.database, &store, world.zone, world.today(), world.clock.now(), 2,
                                         soon());
}

TEST(ArchiveJobs, RemovesTheFilesOfJobsPastTheirServicesRetention)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            Keys store;
            const auto service = co_await world.add_service(10, 3);
            const Instant first_kept_text = world.zone.start_of(add_days(world.today(), -3));
            co_await add_job(world, store, service, "kept text", first_kept_text);
            co_await add_job(world, store, service, "text", first_kept_text - milliseconds(1));
            co_await add_job(world, store, service, "kept email", first_kept_text - milliseconds(1), "1");
            co_await add_job(world, store, service, "email", first_kept_text - std::chrono::hours(24 * 9), "1");
            co_await add_job(world, store, service, "older", first_kept_text - std::chrono::hours(24 * 300));
            co_await add_job(world, store, service, "paused", first_kept_text - std::chrono::hours(24 * 9), "2",
                             "in progress");
            EXPECT_EQ(co_await archive(world, store), 3);
            EXPECT_EQ(store.keys, (std::set<std::string>{"kept text", "kept email", "paused"}));
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM jobs WHERE archived_at IS NOT NULL"), 3);
            EXPECT_EQ(co_await archive(world, store), 0);
        });
}

TEST(ArchiveJobs, LeavesAJobWhoseFileCannotBeRemovedForTheNextRun)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            Keys store;
            const auto service = co_await world.add_service(7, 7);
            const Instant past = world.zone.start_of(add_days(world.today(), -9));
            for (const auto* key : {"a", "b", "c", "d", "e"}) co_await add_job(world, store, service, key, past);
            store.stuck = "b";
            EXPECT_EQ(co_await archive(world, store), 4);
            store.stuck.clear();
            EXPECT_EQ(co_await archive(world, store), 1);
            EXPECT_TRUE(store.keys.empty());
        });
}

}  // namespace
}  // namespace herald
