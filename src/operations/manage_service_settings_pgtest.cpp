#include "operations/manage_service_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/manage_callbacks.hpp"
#include "operations/manage_users.hpp"
#include "tests/support/management.hpp"

namespace herald
{
namespace
{

using ::testing::HasSubstr;
using testing::manage;
using testing::new_service;
using testing::with_database;

template <class T>
std::string refusal_of(const Result<T>& result)
{
    return result ? "was not refused" : result.error().message;
}

TEST(ManageServiceSettings, GuestsAreKeptNormalised)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto id = co_await new_service(database, "Town hall");
            const auto phone = co_await add_guest(manage(database), id, "(202) 867-5309");
            EXPECT_EQ(phone.value().recipient, "+12028675309");
            const auto address = co_await add_guest(manage(database), id, " Ada@Example.gov ");
            EXPECT_EQ(address.value().recipient, "ada@example.gov");
            const auto again = co_await add_guest(manage(database), id, "+1 202 867 5309");
            EXPECT_EQ(again.error().kind, ErrorKind::conflict);
            const auto wrong = co_await add_guest(manage(database), id, "12");
            EXPECT_EQ(wrong.error().kind, ErrorKind::invalid_phone);

            const auto gone = co_await remove_guest(manage(database), id, "2028675309");
            EXPECT_TRUE(gone.has_value());
            const auto absent = co_await remove_guest(manage(database), id, "2028675309");
            EXPECT_EQ(absent.error().kind, ErrorKind::not_found);
            const auto details = co_await describe_service(manage(database), id);
            EXPECT_EQ(details.value().guests.size(), 1U);
        });
}

TEST(ManageServiceSettings, OneSenderIsTheDefault)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto id = co_await new_service(database, "Town hall");
            const auto first = co_await add_sms_sender(manage(database), id, "TOWNHALL", false);
            EXPECT_TRUE(first.value().is_default);
            const auto second = co_await add_sms_sender(manage(database), id, "+12028675309", true);
            EXPECT_TRUE(second.value().is_default);
            const auto refused = co_await archive_sms_sender(manage(database), id, second->id);
            EXPECT_THAT(refusal_of(refused), HasSubstr("make another one the default first"));
            const auto made = co_await make_sms_sender_default(manage(database), id, first->id);
            EXPECT_TRUE(made.value().is_default);
            const auto gone = co_await archive_sms_sender(manage(database), id, second->id);
            EXPECT_TRUE(gone.has_value());
            const auto twice = co_await make_sms_sender_default(manage(database), id, second->id);
            EXPECT_EQ(twice.error().kind, ErrorKind::not_found);
            const auto details = co_await describe_service(manage(database), id);
            EXPECT_EQ(details.value().sms_senders.size(), 1U);
            EXPECT_TRUE(
                details->sms_senders.at(0).is_default);  // what was the default before a failed change, still is
            const auto wrong = co_await add_sms_sender(manage(database), id, "a name too long", false);
            EXPECT_EQ(wrong.error().kind, ErrorKind::validation);
        });
}

TEST(ManageServiceSettings, OneReplyToIsTheDefault)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto id = co_await new_service(database, "Town hall");
            const auto first = co_await add_email_reply_to(manage(database), id, "hall@town.example", false);
            const auto second = co_await add_email_reply_to(manage(database), id, "desk@town.example", false);
            EXPECT_TRUE(first.value().is_default);
            EXPECT_FALSE(second.value().is_default);
            const auto made = co_await make_email_reply_to_default(manage(database), id, second->id);
            EXPECT_TRUE(made.value().is_default);
            const auto gone = co_await archive_email_reply_to(manage(database), id, first->id);
            EXPECT_TRUE(gone.has_value());
            const auto last = co_await archive_email_reply_to(manage(database), id, second->id);
            EXPECT_TRUE(last.has_value());  // the last one may go though it is the default
            const auto wrong = co_await add_email_reply_to(manage(database), id, "nobody", false);
            EXPECT_EQ(wrong.error().kind, ErrorKind::invalid_email);
        });
}

TEST(ManageServiceSettings, CallbacksAreSetReplacedAndCleared)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto id = co_await new_service(database, "Town hall");
            CallbackWish wish;
            wish.url = "https://town.example/receipts";
            wish.bearer_token = "0123456789";
            const auto set = co_await set_callback(manage(database), id, wish);
            EXPECT_EQ(set.value().callback.url, "https://town.example/receipts");
            EXPECT_THAT(set.value().signing_secret, ::testing::MatchesRegex("herald_whsec_[0-9a-f]{64}"));
            CallbackWish plain = wish;
            plain.url = "http://127.0.0.1:8080/receipts";
            const auto refused = co_await set_callback(manage(database), id, plain);
            EXPECT_THAT(refusal_of(refused), HasSubstr("callbacks.allow_http"));
            plain.allowed = {true, true};
            const auto replaced = co_await set_callback(manage(database), id, plain);
            EXPECT_EQ(replaced.value().callback.url, plain.url);
            EXPECT_NE(replaced.value().signing_secret, set.value().signing_secret);
            CallbackWish wrong = wish;
            wrong.type = "delivery_satus";
            const auto unknown = co_await set_callback(manage(database), id, wrong);
            EXPECT_THAT(refusal_of(unknown), HasSubstr("did you mean delivery_status?"));
            CallbackWish short_token = wish;
            short_token.bearer_token = "short";
            const auto weak = co_await set_callback(manage(database), id, short_token);
            EXPECT_EQ(weak.error().kind, ErrorKind::validation);

            const auto misspelt = co_await clear_callback(manage(database), id, "delivery_satus");
            EXPECT_THAT(refusal_of(misspelt), HasSubstr("did you mean delivery_status?"));
            const auto cleared = co_await clear_callback(manage(database), id, "delivery_status");
            EXPECT_TRUE(cleared.has_value());
            const auto again = co_await clear_callback(manage(database), id, "delivery_status");
            EXPECT_EQ(again.error().kind, ErrorKind::not_found);
        });
}

TEST(ManageUsers, MembersComeAndGo)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto id = co_await new_service(database, "Town hall");
            NewUser wanted;
            wanted.name = "Ada Lovelace";
            wanted.email_address = "Ada@Example.gov";
            wanted.mobile_number = "202 867 5309";
            const auto user = co_await create_user(manage(database), wanted);
            EXPECT_EQ(user.value().email_address, "ada@example.gov");
            EXPECT_EQ(user->mobile_number, "+12028675309");
            const auto twice = co_await create_user(manage(database), wanted);
            EXPECT_EQ(twice.error().kind, ErrorKind::conflict);

            const auto added = co_await add_member(manage(database), id, "ada@example.gov");
            EXPECT_TRUE(added.has_value());
            const auto again = co_await add_member(manage(database), id, user->id.to_string());
            EXPECT_EQ(again.error().kind, ErrorKind::conflict);
            const auto details = co_await describe_user(manage(database), "ada@example.gov");
            EXPECT_EQ(details.value().services.at(0).id, id);
            const auto service = co_await describe_service(manage(database), id);
            EXPECT_EQ(service.value().members.at(0).name, "Ada Lovelace");
            const auto removed = co_await remove_member(manage(database), id, "ada@example.gov");
            EXPECT_TRUE(removed.has_value());
            const auto nobody = co_await add_member(manage(database), id, "nobody@example.gov");
            EXPECT_THAT(refusal_of(nobody), HasSubstr("herald user list"));
        });
}

TEST(ManageUsers, ChangeKeepsWhatIsNotGiven)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            NewUser wanted;
            wanted.name = "Ada Lovelace";
            wanted.email_address = "ada@example.gov";
            const auto user = co_await create_user(manage(database), wanted);
            UserChange inactive;
            inactive.state = "inactive";
            const auto changed = co_await change_user(manage(database), user.value().id.to_string(), inactive);
            EXPECT_EQ(changed.value().state, "inactive");
            EXPECT_EQ(changed->name, "Ada Lovelace");
            UserChange wrong;
            wrong.state = "gone";
            const auto refused = co_await change_user(manage(database), "ada@example.gov", wrong);
            EXPECT_EQ(refused.error().kind, ErrorKind::validation);
            wanted.email_address = "grace@example.gov";
            const auto other = co_await create_user(manage(database), wanted);
            UserChange same;
            same.email_address = "ada@example.gov";
            const auto taken = co_await change_user(manage(database), other.value().id.to_string(), same);
            EXPECT_EQ(taken.error().kind, ErrorKind::conflict);
            const auto listed = co_await UserStore(database).list(testing::soon());
            EXPECT_EQ(listed.size(), 2U);
        });
}

}  // namespace
}  // namespace herald
