#include "operations/manage_contact_lists.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/manage_users.hpp"
#include "tests/support/management.hpp"

namespace herald
{
namespace
{

using ::testing::ElementsAre;
using testing::kTestNow;
using testing::manage;
using testing::new_service;
using testing::soon;
using testing::with_database;

// Has no objects; remembers which were to go, and refuses some.
class BusyStore final : public ObjectStore
{
public:
    std::vector<std::string> removed;
    std::set<std::string> refused;

    Task<> remove(std::string key, Deadline) override
    {
        if (refused.contains(key)) throw ObjectStoreError("remove: SlowDown");
        removed.push_back(std::move(key));
        co_return;
    }
    Task<std::unique_ptr<ObjectReader>> open(std::string, Deadline) override { co_return nullptr; }
    Task<std::optional<ObjectInfo>> inspect(std::string, Deadline) override { co_return std::nullopt; }
    Task<std::unique_ptr<ObjectWriter>> create(std::string, ObjectMetadata, Deadline) override { co_return nullptr; }
    Task<> put(std::string, std::string, ObjectMetadata, Deadline) override { co_return; }
    Task<ObjectPage> list(std::string, std::string, std::size_t, Deadline) override { co_return ObjectPage(); }
    Task<> close(Deadline) override { co_return; }
};

struct Shop
{
    pg::Database& database;
    BusyStore& files;
    TimeZone zone{"America/New_York"};
    Service owner;

    [[nodiscard]] ContactListContext context() const { return {database, files, zone, kTestNow, soon()}; }

    Task<> open() { owner.id = co_await new_service(database, "Town hall"); }
    Task<std::string> add()
    {
        NewUser user;
        user.name = "Ben";
        user.email_address = make_uuid_v4().to_string() + "@town.example";
        const auto author = co_await create_user(manage(database), std::move(user));
        NewContactList wanted;
        wanted.id = ContactListId{make_uuid_v4()};
        wanted.original_file_name = "Readers.csv";
        wanted.created_by = author->id;
        const auto id = wanted.id;
        const auto made = co_await create_contact_list(context(), owner, std::move(wanted));
        EXPECT_TRUE(made);
        co_return contact_list_key(owner.id, id);
    }
    Task<bool> remove(std::string key)
    {
        const auto id = ContactListId::parse(key.substr(key.find('/') + 1, 36)).value();
        co_return (co_await delete_contact_list(context(), owner, id)).has_value();
    }
};

TEST(ManageContactLists, AFileThatCannotBeRemovedGoesLaterAndHoldsUpNoOther)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            BusyStore files;
            Shop shop{database, files, TimeZone("America/New_York"), Service()};
            co_await shop.open();
            const auto kept = co_await shop.add();
            const auto stuck = co_await shop.add();
            const auto second = co_await shop.add();
            files.refused = {stuck, second};
            EXPECT_TRUE(co_await shop.remove(stuck));
            EXPECT_TRUE(co_await shop.remove(second));
            EXPECT_EQ((co_await list_contact_lists(shop.context(), shop.owner)).size(), 1U);
            EXPECT_TRUE(files.removed.empty());

            files.refused = {stuck};
            EXPECT_EQ(co_await remove_contact_list_files(database, files, kTestNow, 1, soon()), 1);
            EXPECT_THAT(files.removed, ElementsAre(second));
            files.refused = {};
            EXPECT_EQ(co_await remove_contact_list_files(database, files, kTestNow, 1, soon()), 1);
            EXPECT_THAT(files.removed, ElementsAre(second, stuck));
            EXPECT_EQ(co_await remove_contact_list_files(database, files, kTestNow, 1, soon()), 0);
        });
}

}  // namespace
}  // namespace herald
