#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "objects/object_store.hpp"
#include "operations/manage_contact_lists.hpp"
#include "tests/support/api_server.hpp"

namespace herald::http::internal
{
namespace
{

using namespace herald::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

constexpr const char* kNobodysId = "6ce466d0-fd6a-41e5-82f5-e0accb9d11a6";

class ContactLists : public ::testing::Test
{
protected:
    static void SetUpTestSuite() { server_ = std::make_unique<ApiServer>(); }
    static void TearDownTestSuite() { server_.reset(); }

    ContactLists()
        : admin_(*server_),
          service_(server_->add_service()),
          path_(fmt::format("/service/{}/contact-list", service_.id.to_string())),
          member_(server_->member_of(service_.id).to_string())
    {
    }

    [[nodiscard]] json::object wanted(const std::string& id, std::string_view type = "email") const
    {
        return {{"id", id},
                {"original_file_name", "Readers.csv"},
                {"row_count", 120},
                {"template_type", type},
                {"created_by", member_}};
    }

    // As the admin app does: the file, then the list.
    std::string add(std::string_view type = "email")
    {
        const auto id = make_uuid_v4().to_string();
        put_file(id);
        const auto answer = admin_.post(path_, wanted(id, type));
        EXPECT_EQ(answer.status, 201) << answer.raw.body;
        return id;
    }

    [[nodiscard]] std::string key_of(const std::string& id) const
    {
        return contact_list_key(service_.id, ContactListId::parse(id).value());
    }
    void put_file(const std::string& id) const
    {
        server_->run(
            [&](pg::Database&) -> Task<>
            {
                ObjectMetadata none;
                co_await server_->contact_list_files().put(key_of(id), "email address\r\nada@example.gov\r\n",
                                                           std::move(none), soon());
            });
    }
    [[nodiscard]] bool has_file(const std::string& id) const
    {
        bool found = false;
        server_->run([&](pg::Database&) -> Task<>
                     { found = (co_await server_->contact_list_files().inspect(key_of(id), soon())).has_value(); });
        return found;
    }

    void add_job(const std::string& list, std::string_view begun) const
    {
        server_->run_sql(fmt::format(
            "INSERT INTO jobs (service_id, id, original_file_name, object_key, template_id, template_version, channel, "
            "key_type, contact_list_id, notification_count, status, created_at, processing_started) VALUES ('{}', "
            "gen_random_uuid(), 'x.csv', 'x', gen_random_uuid(), 1, 1, 1, '{}', 1, 'finished', now(), {})",
            service_.id.to_string(), list, begun));
    }

    [[nodiscard]] std::vector<std::string> listed()
    {
        std::vector<std::string> ids;
        const auto answer = admin_.get(path_);
        for (const auto& one : answer.body.as_array()) ids.emplace_back(one.at("id").as_string());
        return ids;
    }

    static std::unique_ptr<ApiServer> server_;
    AdminClient admin_;
    TestService service_;
    std::string path_;
    std::string member_;
};
std::unique_ptr<ApiServer> ContactLists::server_;

TEST_F(ContactLists, AreShownAsTheyWereMade)
{
    const auto id = make_uuid_v4().to_string();
    const auto made = admin_.post(path_, wanted(id));
    ASSERT_EQ(made.status, 201) << made.raw.body;
    EXPECT_THAT(made.text("/created_at"), MatchesRegex(R"(2[0-9-]{9}T[0-9:]{8}\.[0-9]{6}Z)"));
    const json::object shown = {{"id", id},
                                {"original_file_name", "Readers.csv"},
                                {"row_count", 120},
                                {"recent_job_count", 0},
                                {"has_jobs", false},
                                {"template_type", "email"},
                                {"service_id", service_.id.to_string()},
                                {"created_by", "Member"},
                                {"created_at", made.text("/created_at")}};
    EXPECT_EQ(made.body, json::value(shown));
    const auto one = admin_.get(path_ + "/" + id);
    EXPECT_EQ(one.status, 200);
    EXPECT_EQ(one.body, json::value(shown));
    EXPECT_EQ(admin_.get(path_).body, json::value(json::array{shown}));
}

TEST_F(ContactLists, AreListedNewestFirst)
{
    EXPECT_THAT(listed(), IsEmpty());
    const auto first = add();
    const auto second = add("sms");
    EXPECT_THAT(listed(), ElementsAre(second, first));
    EXPECT_EQ(admin_.get(path_ + "/" + second).text("/template_type"), "sms");
}

TEST_F(ContactLists, CountTheJobsOfTheTimeThatMessagesAreKept)
{
    const auto id = add();
    add_job(id, "now() - interval '20 days'");
    auto shown = admin_.get(path_ + "/" + id);
    EXPECT_EQ(shown.at("/has_jobs"), true);
    EXPECT_EQ(shown.at("/recent_job_count"), 0);
    add_job(id, "now() - interval '3 days'");
    add_job(id, "NULL");  // waits still: since its creation
    add_job(make_uuid_v4().to_string(), "now()");
    shown = admin_.get(path_ + "/" + id);
    EXPECT_EQ(shown.at("/recent_job_count"), 2);
    server_->run_sql(
        fmt::format("UPDATE services SET retention_days_email = 30 WHERE id = '{}'", service_.id.to_string()));
    AdminClient later(*server_);
    for (Looks looks; later.get(path_ + "/" + id).at("/recent_job_count") != 3;)
        server_->run([&](pg::Database&) -> Task<> { co_await looks.again(); });
}

TEST_F(ContactLists, AreGoneWithTheirFilesOnceDeleted)
{
    const auto id = add();
    const auto other = add();
    ASSERT_TRUE(has_file(id));
    const auto deleted = admin_.request("DELETE", path_ + "/" + id, std::nullopt);
    EXPECT_EQ(deleted.status, 204);
    EXPECT_EQ(deleted.raw.body, "");
    EXPECT_FALSE(has_file(id));
    EXPECT_TRUE(has_file(other));
    EXPECT_THAT(listed(), ElementsAre(other));
    EXPECT_EQ(error_text(admin_.get(path_ + "/" + id)), "404 No result found");
    EXPECT_EQ(error_text(admin_.request("DELETE", path_ + "/" + id, std::nullopt)), "404 No result found");
    EXPECT_EQ(error_text(admin_.post(path_, wanted(id))), "409 There is a contact list of that id");
}

TEST_F(ContactLists, FaultsOfTheBodyAreNamedInTheShapeOfV2)
{
    EXPECT_EQ(error_text(admin_.post(path_, json::object())),
              "400 ValidationError: id is a required property; ValidationError: original_file_name is a required "
              "property; ValidationError: row_count is a required property; ValidationError: template_type is a "
              "required property; ValidationError: created_by is a required property");
    const auto with = [&](std::string_view name, json::value value)
    {
        auto body = wanted(kNobodysId);
        body[name] = std::move(value);
        return error_text(admin_.post(path_, body));
    };
    EXPECT_EQ(with("id", "x"), "400 ValidationError: id is not a valid UUID");
    EXPECT_EQ(with("original_file_name", 5), "400 ValidationError: original_file_name 5 is not of type string");
    EXPECT_EQ(with("row_count", "5"), "400 ValidationError: row_count 5 is not of type integer");
    EXPECT_EQ(with("row_count", 1.5), "400 ValidationError: row_count 1.5 is not of type integer");
    EXPECT_EQ(with("row_count", -1), "400 ValidationError: row_count -1 is not of type integer");
    EXPECT_EQ(with("template_type", "letter"), "400 ValidationError: template_type letter is not one of [email, sms]");
    EXPECT_EQ(with("created_by", nullptr), "400 ValidationError: created_by is not a valid UUID");
    EXPECT_EQ(error_text(admin_.post(path_, json::array())), "400 ValidationError: [] is not of type object");
    EXPECT_EQ(error_text(admin_.request("POST", path_, "{")).substr(0, 36), "400 Failed to decode JSON object: in");
    EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(ContactLists, BelongToAServiceAndAPerson)
{
    auto body = wanted(make_uuid_v4().to_string());
    body["created_by"] = kNobodysId;
    EXPECT_EQ(error_text(admin_.post(path_, body)), "400 There is no such user");
    const auto nobodys = fmt::format("/service/{}/contact-list", kNobodysId);
    EXPECT_EQ(error_text(admin_.post(nobodys, wanted(make_uuid_v4().to_string()))), "404 No result found");
    EXPECT_EQ(admin_.get(nobodys).body, json::value(json::array()));
    EXPECT_EQ(error_text(admin_.get(nobodys + "/" + kNobodysId)), "404 No result found");

    const auto id = add();
    const auto other = server_->add_service();
    const auto elsewhere = fmt::format("/service/{}/contact-list/{}", other.id.to_string(), id);
    EXPECT_EQ(error_text(admin_.get(elsewhere)), "404 No result found");
    EXPECT_EQ(error_text(admin_.request("DELETE", elsewhere, std::nullopt)), "404 No result found");
    EXPECT_TRUE(has_file(id));
    EXPECT_EQ(admin_.get("/service/x/contact-list").status, 404);
    EXPECT_EQ(admin_.get(path_ + "/x").status, 404);
}

}  // namespace
}  // namespace herald::http::internal
