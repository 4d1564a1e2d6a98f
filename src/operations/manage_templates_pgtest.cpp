#include "operations/manage_templates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/template_store.hpp"
#include "tests/support/management.hpp"

namespace herald
{
namespace
{

using ::testing::Contains;
using testing::Desk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::manage;
using testing::new_service;
using testing::soon;
using testing::with_database;

NewTemplate text(std::string content)
{
    NewTemplate wanted;
    wanted.type = Channel::sms;
    wanted.name = "Reminder";
    wanted.content = std::move(content);
    return wanted;
}

TEST(ManageTemplates, ANewOneTellsItsPlaceholders)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto service = co_await new_service(database, "Town hall");
            const auto made = co_await create_template(manage(database), service, text("Dear ((name)), on ((date))"));
            EXPECT_TRUE(made.has_value());
            if (!made) co_return;
            EXPECT_EQ(made->facts.version, 1);
            EXPECT_THAT(made->placeholders, ElementsAre("name", "date"));
            EXPECT_THAT(made->warnings, IsEmpty());
        });
}

TEST(ManageTemplates, WarnsOfStrayBracketsAndOfWhatCostsMore)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto service = co_await new_service(database, "Town hall");
            const auto stray = co_await create_template(manage(database), service, text("Dear ((name), hello"));
            EXPECT_THAT(stray.value().warnings, Contains(HasSubstr("without a partner")));
            const auto longer = co_await create_template(manage(database), service, text(std::string(161, 'x')));
            EXPECT_THAT(longer.value().warnings, Contains(HasSubstr("costs 2 text messages")));
            const auto welsh = co_await create_template(manage(database), service, text("T\u0177 Gwyn"));
            EXPECT_THAT(welsh.value().warnings, Contains(HasSubstr("70 characters")));
        });
}

TEST(ManageTemplates, RefusesWhatCouldNeverBeSent)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto service = co_await new_service(database, "Town hall");
            const auto too_long = co_await create_template(manage(database), service, text(std::string(919, 'x')));
            EXPECT_THAT(too_long.error().message, HasSubstr("918 characters at most"));
            const auto empty = co_await create_template(manage(database), service, text(" \n"));
            EXPECT_THAT(empty.error().message, HasSubstr("--content"));
            auto with_subject = text("Hello");
            with_subject.subject = "Hello";
            const auto subject = co_await create_template(manage(database), service, std::move(with_subject));
            EXPECT_THAT(subject.error().message, HasSubstr("no subject"));
            auto email = text("Hello");
            email.type = Channel::email;
            const auto no_subject = co_await create_template(manage(database), service, std::move(email));
            EXPECT_THAT(no_subject.error().message, HasSubstr("--subject"));
        });
}

TEST(ManageTemplates, AChangeIsANewVersionAndTheOldOneStays)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto service = co_await new_service(database, "Town hall");
            const auto made = co_await create_template(manage(database), service, text("Dear ((name))"));
            const auto id = made.value().facts.id;
            TemplateChange change;
            change.content = "Dear ((Name)), on ((date))";
            change.priority = true;
            const auto changed = co_await change_template(manage(database), service, id, change);
            EXPECT_EQ(changed.value().facts.version, 2);
            EXPECT_TRUE(changed->facts.priority);
            EXPECT_THAT(changed->warnings, ElementsAre(HasSubstr("((date))")));  // ((Name)) was there before
            const auto before = co_await describe_template(manage(database), service, id, 1);
            EXPECT_EQ(before.value().facts.content, "Dear ((name))");
            EXPECT_FALSE(before->facts.priority);
            const auto nothing = co_await change_template(manage(database), service, id, change);
            EXPECT_THAT(nothing.error().message, HasSubstr("Nothing would change"));
            const auto missing = co_await describe_template(manage(database), service, id, 3);
            EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
        });
}

TEST(ManageTemplates, AnArchivedOneIsListedOnDemand)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto service = co_await new_service(database, "Town hall");
            const auto made = co_await create_template(manage(database), service, text("Hello"));
            TemplateChange archive;
            archive.archived = true;
            const auto archived = co_await change_template(manage(database), service, made.value().facts.id, archive);
            EXPECT_TRUE(archived.value().facts.archived);
            TemplateStore templates(database);
            const auto shown = co_await templates.list_all(service, false, soon());
            EXPECT_TRUE(shown.empty());
            const auto all = co_await templates.list_all(service, true, soon());
            EXPECT_EQ(all.size(), 1U);
            const auto other = co_await new_service(database, "Other");
            const auto not_theirs = co_await describe_template(manage(database), other, made->facts.id, std::nullopt);
            EXPECT_EQ(not_theirs.error().kind, ErrorKind::not_found);
        });
}

}  // namespace
}  // namespace herald
