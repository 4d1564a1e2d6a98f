#include "operations/manage_suppressions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/manage_users.hpp"
#include "operations/suppress_recipients.hpp"
#include "tests/support/management.hpp"

namespace herald
{
namespace
{

using testing::kTestNow;
using testing::manage;
using testing::new_service;
using testing::soon;
using testing::test_keys;
using testing::with_database;

constexpr const char* kBen = "ben@town.example";

Task<> add_ben(pg::Database& database)
{
    NewUser user;
    user.name = "Ben";
    user.email_address = kBen;
    co_await create_user(manage(database), std::move(user));
}

Task<Result<Suppression>> add(pg::Database& database, ServiceId service, std::string recipient,
                              std::optional<SuppressionReason> reason = std::nullopt)
{
    SuppressionDecision decision{std::move(recipient), kBen, reason};
    co_return co_await add_suppression(manage(database), service, std::move(decision));
}

Task<std::vector<Suppression>> list(pg::Database& database, ServiceId service, SuppressionQuery query = {})
{
    co_return (co_await list_suppressions(manage(database), service, std::move(query))).value();
}

TEST(ManageSuppressions, WhoAddedAndWhoLiftedIsKept)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await add_ben(database);
            const auto service = co_await new_service(database, "Town hall");
            const auto added = co_await add(database, service, "Ada@Town.example");
            EXPECT_TRUE(added) << added.error().message;
            EXPECT_EQ(added->recipient, "ada@town.example");
            EXPECT_EQ(added->row.reason, SuppressionReason::unsubscribed);
            EXPECT_EQ(added->row.created_by_email, kBen);
            EXPECT_EQ((co_await add(database, service, "(202) 867-5309"))->row.reason, SuppressionReason::stop);
            EXPECT_EQ((co_await add(database, service, "x@town.example", SuppressionReason::hard_bounce))->row.reason,
                      SuppressionReason::hard_bounce);

            SuppressionDecision decision{"ada@town.example", kBen, std::nullopt};
            const auto lifted = co_await lift_suppression(manage(database), service, decision);
            EXPECT_EQ(lifted->row.id, added->row.id);
            EXPECT_EQ(lifted->row.lifted_at, kTestNow);
            EXPECT_EQ(lifted->row.lifted_by_email, kBen);
            EXPECT_EQ((co_await list(database, service)).size(), 2U);
        });
}

TEST(ManageSuppressions, ListsByServiceChannelRecipientAndPage)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await add_ben(database);
            const auto service = co_await new_service(database, "Town hall");
            const auto other = co_await new_service(database, "Parks");
            for (const auto* recipient : {"a@town.example", "b@town.example", "+12028675309"})
                co_await add(database, service, recipient);
            EXPECT_TRUE((co_await list(database, other)).empty());

            SuppressionQuery texts;
            texts.channel = Channel::sms;
            EXPECT_EQ((co_await list(database, service, texts)).at(0).recipient, "+12028675309");
            SuppressionQuery one;
            one.recipient = "B@town.example";
            EXPECT_EQ((co_await list(database, service, one)).at(0).recipient, "b@town.example");
            SuppressionQuery page;
            page.page_size = 2;
            auto first = co_await list(database, service, page);
            EXPECT_EQ(first.size(), 2U);
            page.older_than = first.back().row.id;
            EXPECT_EQ((co_await list(database, service, page)).at(0).recipient, "a@town.example");
        });
}

TEST(ManageSuppressions, SaysWhatCannotBeDone)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await add_ben(database);
            const auto service = co_await new_service(database, "Town hall");
            EXPECT_EQ((co_await add(database, service, "nobody")).error().kind, ErrorKind::invalid_phone);
            EXPECT_EQ((co_await add(database, service, "a@b")).error().kind, ErrorKind::invalid_email);
            co_await add(database, service, "ada@town.example");
            EXPECT_EQ((co_await add(database, service, "ada@town.example")).error().kind, ErrorKind::conflict);
            SuppressionDecision by_nobody{"ada@town.example", "carl@town.example", std::nullopt};
            EXPECT_EQ((co_await lift_suppression(manage(database), service, by_nobody)).error().kind,
                      ErrorKind::not_found);
            SuppressionDecision of_nobody{"carl@town.example", kBen, std::nullopt};
            EXPECT_EQ((co_await lift_suppression(manage(database), service, of_nobody)).error().kind,
                      ErrorKind::not_found);
        });
}

TEST(ManageSuppressions, ARecipientSealedWithAKeyThatIsGoneIsListedWithoutIt)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await add_ben(database);
            const auto service = co_await new_service(database, "Town hall");
            co_await add(database, service, "ada@town.example");
            const auto stranger = KeyRing::generate();
            const ManageContext context{database, stranger, "US", kTestNow, soon()};
            const auto listed = co_await list_suppressions(context, service, SuppressionQuery());
            EXPECT_EQ(listed->at(0).recipient, "");
        });
}

}  // namespace
}  // namespace herald
