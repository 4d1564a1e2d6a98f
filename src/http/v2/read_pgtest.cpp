// Everything that v2 reads: notifications, templates, received texts.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/api_server.hpp"

namespace herald::http::v2
{
namespace
{

using namespace herald::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kUuid = "6ce466d0-fd6a-41e5-82f5-e0accb9d11a6";
const std::string kDate = "20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9][.][0-9]{6}Z";

std::vector<std::string> keys_of(const json::value& object)
{
    std::vector<std::string> keys;
    for (const auto& member : object.as_object()) keys.emplace_back(member.key());
    return keys;
}

class Reading : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        server_ = std::make_unique<ApiServer>();
        service_ = server_->add_service();
        sms_ = server_->add_template(service_.id, Channel::sms, "Hello ((name))");
        email_ = server_->add_template(service_.id, Channel::email, "Hello ((name))", "About ((thing))");
    }
    static void TearDownTestSuite() { server_.reset(); }

    static std::string send(ApiClient& client, Channel channel, TemplateId id, std::string_view reference = "")
    {
        json::object body{{"template_id", id.to_string()}, {"personalisation", {{"name", "Ada"}, {"thing", "tax"}}}};
        if (channel == Channel::sms)
            body["phone_number"] = "(202) 555-0123";
        else
            body["email_address"] = "Ada@Example.gov";
        if (!reference.empty()) body["reference"] = reference;
        const auto answer =
            client.post(channel == Channel::sms ? "/v2/notifications/sms" : "/v2/notifications/email", body);
        if (answer.status != 201) throw std::runtime_error(answer.raw.body);
        return answer.text("/id");
    }
    // As the delivery of a message would leave it.
    static void set_state(const std::string& id, NotificationStatus status)
    {
        server_->run_sql(
            fmt::format("UPDATE notifications SET status = {}, sent_at = created_at, updated_at = created_at, "
                        "provider_response = 'because' WHERE id = '{}'",
                        static_cast<int>(status), id));
    }
    static std::vector<std::string> ids_of(const ApiAnswer& answer)
    {
        std::vector<std::string> ids;
        for (const auto& one : answer.at("/notifications").as_array()) ids.emplace_back(one.at("id").as_string());
        return ids;
    }

    static std::unique_ptr<ApiServer> server_;
    static TestService service_;
    static TemplateId sms_;
    static TemplateId email_;
};
std::unique_ptr<ApiServer> Reading::server_;
TestService Reading::service_;
TemplateId Reading::sms_;
TemplateId Reading::email_;

// Seven emails of 1.5 MB each: two fit into a page.
TEST_F(Reading, APageOfLargeEmailsIsShortAndItsNextGoesOnBehindIt)
{
    const auto service = server_->add_service();
    const auto id = server_->add_template(service.id, Channel::email, "((text))");
    ApiClient client(*server_, service);
    std::vector<std::string> sent;
    for (int i = 0; i < 7; ++i)
    {
        const json::value body{{"template_id", id.to_string()},
                               {"email_address", "ada@example.gov"},
                               {"personalisation", {{"text", std::string(1'500'000, 'x')}}}};
        const auto answer = client.post("/v2/notifications/email", body);
        ASSERT_EQ(answer.status, 201);
        sent.insert(sent.begin(), answer.text("/id"));
    }
    std::vector<std::string> listed;
    std::string target = "/v2/notifications";
    for (int pages = 0; pages < 10; ++pages)
    {
        const auto page = client.get(target);
        ASSERT_EQ(page.status, 200);
        EXPECT_LT(page.raw.body.size(), 5'000'000);
        const auto ids = ids_of(page);
        if (ids.empty()) break;
        EXPECT_LE(ids.size(), 2);
        listed.insert(listed.end(), ids.begin(), ids.end());
        target = page.text("/links/next").substr(std::string("http://localhost").size());
    }
    EXPECT_EQ(listed, sent);
}

// What was sent is small here, and what it becomes is large: the rows are bounded as they are shown.
TEST_F(Reading, APageOfEmailsThatATemplateMakesLargeIsShortToo)
{
    const auto service = server_->add_service();
    const auto id = server_->add_template(service.id, Channel::email, std::string(1'500'000, 'x') + " ((name))");
    ApiClient client(*server_, service);
    for (int i = 0; i < 4; ++i) send(client, Channel::email, id);
    const auto page = client.get("/v2/notifications");
    EXPECT_EQ(ids_of(page).size(), 2);
    EXPECT_EQ(ids_of(client.get(page.text("/links/next").substr(std::string("http://localhost").size()))).size(), 2);
}

TEST_F(Reading, ATextMessageShowsEveryKey)
{
    ApiClient client(*server_, service_);
    const auto id = send(client, Channel::sms, sms_, "r-1");
    const auto answer = client.get("/v2/notifications/" + id);
    ASSERT_EQ(answer.status, 200) << answer.raw.body;
    EXPECT_THAT(keys_of(answer.body),
                UnorderedElementsAre(
                    "id", "reference", "email_address", "phone_number", "line_1", "line_2", "line_3", "line_4",
                    "line_5", "line_6", "postcode", "postage", "type", "status", "provider_response", "template",
                    "body", "subject", "created_at", "created_by_name", "sent_at", "completed_at", "scheduled_for",
                    "one_click_unsubscribe_url", "is_cost_data_ready", "cost_in_pounds", "cost_details"));
    EXPECT_EQ(answer.text("/id"), id);
    EXPECT_EQ(answer.text("/reference"), "r-1");
    EXPECT_EQ(answer.text("/phone_number"), "(202) 555-0123");
    EXPECT_EQ(answer.text("/type"), "sms");
    EXPECT_EQ(answer.text("/status"), "created");
    EXPECT_EQ(answer.text("/body"), "Hello Ada");
    EXPECT_THAT(answer.text("/created_at"), MatchesRegex(kDate));
    for (const auto* name : {"email_address", "line_1", "line_2", "line_3", "line_4", "line_5", "line_6", "postcode",
                             "postage", "provider_response", "subject", "created_by_name", "sent_at", "completed_at",
                             "scheduled_for", "one_click_unsubscribe_url", "cost_in_pounds"})
        EXPECT_TRUE(answer.object().at(name).is_null()) << name;
    EXPECT_EQ(answer.at("/is_cost_data_ready"), false);
    EXPECT_EQ(answer.at("/cost_details"), json::value(json::object()));
    const json::value from = {{"id", sms_.to_string()},
                              {"version", 1},
                              {"uri", "http://localhost/v2/template/" + sms_.to_string() + "/version/1"}};
    EXPECT_EQ(answer.at("/template"), from);
}

TEST_F(Reading, AnEmailShowsItsSubjectAndCostsNothing)
{
    ApiClient client(*server_, service_);
    const auto id = send(client, Channel::email, email_);
    set_state(id, NotificationStatus::permanent_failure);
    const auto answer = client.get("/v2/notifications/" + id);
    EXPECT_EQ(answer.text("/email_address"), "Ada@Example.gov");
    EXPECT_TRUE(answer.at("/phone_number").is_null());
    EXPECT_EQ(answer.text("/subject"), "About tax");
    EXPECT_EQ(answer.text("/status"), "permanent-failure");
    EXPECT_EQ(answer.text("/provider_response"), "because");
    EXPECT_THAT(answer.text("/sent_at"), MatchesRegex(kDate));
    EXPECT_THAT(answer.text("/completed_at"), MatchesRegex(kDate));
    EXPECT_EQ(answer.at("/is_cost_data_ready"), true);
    EXPECT_EQ(answer.at("/cost_in_pounds").to_number<double>(), 0.0);
}

TEST_F(Reading, OnlyCompletedMessagesSayWhenTheyWere)
{
    ApiClient client(*server_, service_);
    const auto id = send(client, Channel::sms, sms_);
    for (const auto status : {NotificationStatus::sending, NotificationStatus::pending})
    {
        set_state(id, status);
        EXPECT_TRUE(client.get("/v2/notifications/" + id).at("/completed_at").is_null()) << to_string(status);
    }
    for (const auto status :
         {NotificationStatus::sent, NotificationStatus::delivered, NotificationStatus::technical_failure,
          NotificationStatus::temporary_failure, NotificationStatus::cancelled})
    {
        set_state(id, status);
        EXPECT_TRUE(client.get("/v2/notifications/" + id).at("/completed_at").is_string()) << to_string(status);
    }
}

TEST_F(Reading, AVersionOfATemplateStaysWithItsMessages)
{
    ApiClient client(*server_, service_);
    const auto id = server_->add_template(service_.id, Channel::sms, "First");
    const auto sent = send(client, Channel::sms, id);
    server_->change_template(service_.id, id, "Second");
    const auto answer = client.get("/v2/notifications/" + sent);
    EXPECT_EQ(answer.text("/body"), "First");
    EXPECT_EQ(answer.at("/template/version"), 1);
}

TEST_F(Reading, IdsThatLeadNowhere)
{
    ApiClient client(*server_, service_);
    EXPECT_EQ(error_text(client.get("/v2/notifications/nonsense")),
              "400 ValidationError: notification_id is not a valid UUID");
    EXPECT_EQ(error_text(client.get(fmt::format("/v2/notifications/{}", kUuid))), "404 NoResultFound: No result found");
    EXPECT_EQ(error_text(client.get(fmt::format("/v2/notifications/{}/", kUuid))).substr(0, 25),
              "404 The requested URL was");
    EXPECT_EQ(error_text(client.get("/v2/notifications/")).substr(0, 25), "404 The requested URL was");
}

TEST_F(Reading, AnotherServicesIdsAre404)
{
    ApiClient owner(*server_, service_);
    const auto id = send(owner, Channel::sms, sms_);
    const auto stranger = server_->add_service();
    ApiClient client(*server_, stranger);
    EXPECT_EQ(error_text(client.get("/v2/notifications/" + id)), "404 NoResultFound: No result found");
    EXPECT_EQ(error_text(client.get("/v2/template/" + sms_.to_string())), "404 NoResultFound: No result found");
    EXPECT_EQ(error_text(client.get("/v2/template/" + sms_.to_string() + "/version/1")),
              "404 NoResultFound: No result found");
    EXPECT_EQ(error_text(client.post("/v2/template/" + sms_.to_string() + "/preview", json::object())),
              "404 NoResultFound: No result found");
    EXPECT_EQ(error_text(client.get("/notifications/" + id)), "404 No result found");
    EXPECT_THAT(ids_of(client.get("/v2/notifications?older_than=" + id)), IsEmpty());
    EXPECT_EQ(client.get("/v2/templates").at("/templates"), json::value(json::array()));
}

TEST_F(Reading, AnyKeyOfTheServiceReadsOneMessageAndListsItsOwnType)
{
    const auto service = server_->add_service();
    const auto id = server_->add_template(service.id, Channel::sms, "Hi");
    ApiClient normal(*server_, service);
    ApiClient test_key(*server_, service, service.test);
    const auto by_normal = send(normal, Channel::sms, id);
    const auto by_test = send(test_key, Channel::sms, id);
    EXPECT_EQ(test_key.get("/v2/notifications/" + by_normal).status, 200);
    EXPECT_THAT(ids_of(normal.get("/v2/notifications")), ElementsAre(by_normal));
    EXPECT_THAT(ids_of(test_key.get("/v2/notifications")), ElementsAre(by_test));
}

TEST_F(Reading, AMessageWhosePersonalDataIsGoneIs404AndInNoList)
{
    const auto service = server_->add_service();
    const auto id = server_->add_template(service.id, Channel::sms, "Hi");
    ApiClient client(*server_, service);
    const auto sent = send(client, Channel::sms, id);
    server_->run_sql(fmt::format("UPDATE notifications SET purge_on = current_date - 1 WHERE id = '{}'", sent));
    EXPECT_EQ(client.get("/v2/notifications/" + sent).status, 404);
    EXPECT_THAT(ids_of(client.get("/v2/notifications")), IsEmpty());
}

TEST_F(Reading, EachFilterOfTheList)
{
    const auto service = server_->add_service();
    const auto text = server_->add_template(service.id, Channel::sms, "Hi");
    const auto mail = server_->add_template(service.id, Channel::email, "Hi");
    ApiClient client(*server_, service);
    const auto a = send(client, Channel::sms, text, "one");
    const auto b = send(client, Channel::email, mail, "two");
    const auto c = send(client, Channel::sms, text);
    const auto d = send(client, Channel::email, mail);
    set_state(a, NotificationStatus::delivered);
    set_state(b, NotificationStatus::temporary_failure);
    set_state(c, NotificationStatus::virus_scan_failed);
    server_->run_sql(fmt::format("UPDATE notifications SET job_id = '{}' WHERE id = '{}'", kUuid, d));

    const auto list = [&](std::string_view query)
    {
        return ids_of(client.get(fmt::format("/v2/notifications{}", query)));
    };
    EXPECT_THAT(list(""), ElementsAre(c, b, a));
    EXPECT_THAT(list("?include_jobs=true"), ElementsAre(d, c, b, a));
    EXPECT_THAT(list("?include_jobs=True&template_type=email"), ElementsAre(d, b));
    EXPECT_THAT(list("?template_type=sms"), ElementsAre(c, a));
    EXPECT_THAT(list("?template_type=sms&template_type=email"), ElementsAre(c, b, a));
    EXPECT_THAT(list("?status=delivered"), ElementsAre(a));
    EXPECT_THAT(list("?status=delivered&status=temporary-failure"), ElementsAre(b, a));
    EXPECT_THAT(list("?status=failed"), ElementsAre(c, b));
    EXPECT_THAT(list("?status=sending"), IsEmpty());
    EXPECT_THAT(list("?reference=two"), ElementsAre(b));
    EXPECT_THAT(list("?reference=two&reference=one"), ElementsAre(b));
    EXPECT_THAT(list("?reference=three"), IsEmpty());
    EXPECT_THAT(list("?older_than=" + b), ElementsAre(a));
    EXPECT_THAT(list("?older_than=" + a), IsEmpty());
    EXPECT_THAT(list("?older_than=" + b + "&older_than=" + c), ElementsAre(a));
    EXPECT_THAT(list("?older_than=00000000-0000-4000-8000-000000000000"), IsEmpty());
    const auto nobodys = list("?older_than=ffffffff-ffff-4fff-bfff-ffffffffffff");
    EXPECT_THAT(nobodys, IsEmpty()) << "an id that is newer than all, and nobody's";
    ApiClient other(*server_, service_);
    const auto others = ids_of(other.get("/v2/notifications?older_than=" + c));
    EXPECT_THAT(others, IsEmpty()) << "another service's";
}

TEST_F(Reading, EveryFaultOfTheQueryIsListed)
{
    ApiClient client(*server_, service_);
    EXPECT_EQ(
        error_text(client.get(
            "/v2/notifications?zeta=1&older_than=x&include_jobs=false&template_type=letter&status=elephant&alpha=")),
        "400 ValidationError: status elephant is not one of [cancelled, created, sending, sent, delivered, pending, "
        "failed, "
        "technical-failure, temporary-failure, permanent-failure, pending-virus-check, validation-failed, "
        "virus-scan-failed]; "
        "ValidationError: template_type letter is not one of [sms, email]; "
        "ValidationError: include_jobs false is not one of [true, True]; "
        "ValidationError: older_than is not a valid UUID; "
        "ValidationError: Additional properties are not allowed (alpha, zeta were unexpected)");
}

TEST_F(Reading, LinksRepeatTheQuery)
{
    const auto service = server_->add_service();
    const auto id = server_->add_template(service.id, Channel::sms, "Hi");
    ApiClient client(*server_, service);
    const std::string root = "http://localhost/v2/notifications";
    auto answer = client.get("/v2/notifications");
    EXPECT_THAT(keys_of(answer.body), UnorderedElementsAre("notifications", "links"));
    EXPECT_EQ(answer.at("/links"), json::value(json::object{{"current", root}}));

    const auto sent = send(client, Channel::sms, id, "a b&c");
    answer = client.get("/v2/notifications?status=created&reference=a%20b%26c&status=sending&reference=ignored");
    EXPECT_EQ(ids_of(answer).size(), 1U);
    EXPECT_EQ(answer.text("/links/current"), root + "?status=created&status=sending&reference=a%20b%26c");
    EXPECT_EQ(answer.text("/links/next"),
              root + "?status=created&status=sending&reference=a%20b%26c&older_than=" + sent);
    const auto newest = send(client, Channel::sms, id);
    answer = client.get("/v2/notifications?older_than=" + newest + "&template_type=sms");
    EXPECT_EQ(answer.text("/links/next"), root + "?older_than=" + sent + "&template_type=sms");
}

TEST_F(Reading, PagesHold250AndFollowEachOther)
{
    const auto service = server_->add_service();
    const auto id = server_->add_template(service.id, Channel::sms, "Hi");
    ApiClient client(*server_, service);
    for (int i = 0; i < 253; ++i) send(client, Channel::sms, id);
    const auto first = client.get("/v2/notifications");
    ASSERT_EQ(ids_of(first).size(), 250U);
    const auto second = client.get(first.text("/links/next").substr(std::string("http://localhost").size()));
    EXPECT_EQ(ids_of(second).size(), 3U);
    EXPECT_LT(ids_of(second).front(), ids_of(first).back());
    const auto third = client.get(second.text("/links/next").substr(std::string("http://localhost").size()));
    EXPECT_THAT(ids_of(third), IsEmpty());
    EXPECT_FALSE(third.at("/links").as_object().contains("next"));
}

TEST_F(Reading, ATemplateShowsEveryKey)
{
    ApiClient client(*server_, service_);
    const auto answer = client.get("/v2/template/" + email_.to_string());
    ASSERT_EQ(answer.status, 200) << answer.raw.body;
    EXPECT_THAT(keys_of(answer.body),
                UnorderedElementsAre("id", "type", "created_at", "updated_at", "created_by", "version", "body",
                                     "subject", "name", "personalisation", "postage", "letter_contact_block"));
    EXPECT_EQ(answer.text("/id"), email_.to_string());
    EXPECT_EQ(answer.text("/type"), "email");
    EXPECT_EQ(answer.at("/version"), 1);
    EXPECT_EQ(answer.text("/body"), "Hello ((name))");
    EXPECT_EQ(answer.text("/subject"), "About ((thing))");
    EXPECT_EQ(answer.text("/name"), "Template");
    EXPECT_THAT(answer.text("/created_at"), MatchesRegex(kDate));
    EXPECT_THAT(answer.text("/created_by"), MatchesRegex("member[0-9]+@example.gov"));
    const json::value placeholders = {{"name", {{"required", true}}}, {"thing", {{"required", true}}}};
    EXPECT_EQ(answer.at("/personalisation"), placeholders);
    for (const auto* name : {"updated_at", "postage", "letter_contact_block"})
        EXPECT_TRUE(answer.object().at(name).is_null()) << name;
    EXPECT_TRUE(client.get("/v2/template/" + sms_.to_string()).at("/subject").is_null());
}

TEST_F(Reading, VersionsOfATemplate)
{
    ApiClient client(*server_, service_);
    const auto id = server_->add_template(service_.id, Channel::sms, "First");
    server_->change_template(service_.id, id, "Second");
    const std::string path = "/v2/template/" + id.to_string();
    EXPECT_EQ(client.get(path + "/version/1").text("/body"), "First");
    EXPECT_EQ(client.get(path + "/version/2").text("/body"), "Second");
    EXPECT_THAT(client.get(path + "/version/2").text("/updated_at"), MatchesRegex(kDate));
    EXPECT_EQ(client.get(path + "/version/0").at("/version"), 2);
    EXPECT_EQ(error_text(client.get(path + "/version/3")), "404 NoResultFound: No result found");
    EXPECT_EQ(error_text(client.get(path + "/version/99999999999")), "404 NoResultFound: No result found");
    EXPECT_EQ(error_text(client.get(path + "/version/one")).substr(0, 25), "404 The requested URL was");
    EXPECT_EQ(error_text(client.get(path + "/version/-1")).substr(0, 25), "404 The requested URL was");
    EXPECT_EQ(error_text(client.get("/v2/template/x/version/1")), "400 ValidationError: id is not a valid UUID");
    EXPECT_EQ(error_text(client.get("/v2/template/x")), "400 ValidationError: id is not a valid UUID");
    EXPECT_EQ(error_text(client.get(fmt::format("/v2/template/{}", kUuid))), "404 NoResultFound: No result found");
}

TEST_F(Reading, ArchivedTemplatesAreServedAndNotListed)
{
    const auto service = server_->add_service();
    const auto b = server_->add_template(service.id, Channel::sms, "x", "", "Bee");
    const auto a = server_->add_template(service.id, Channel::email, "x", "s", "Ant");
    const auto gone = server_->add_template(service.id, Channel::sms, "x", "", "Aardvark");
    server_->archive_template(service.id, gone);
    ApiClient client(*server_, service);
    const auto names = [&](std::string_view query)
    {
        std::vector<std::string> found;
        for (const auto& one : client.get(fmt::format("/v2/templates{}", query)).at("/templates").as_array())
            found.emplace_back(one.at("id").as_string());
        return found;
    };
    EXPECT_THAT(names(""), ElementsAre(a.to_string(), b.to_string()));
    EXPECT_THAT(names("?type=sms"), ElementsAre(b.to_string()));
    EXPECT_THAT(names("?type=email&type=sms"), ElementsAre(a.to_string()));
    EXPECT_EQ(client.get("/v2/template/" + gone.to_string()).status, 200);
    EXPECT_EQ(error_text(client.get("/v2/templates?type=letter&x=1")),
              "400 ValidationError: type letter is not one of [sms, email]; "
              "ValidationError: Additional properties are not allowed (x was unexpected)");
}

TEST_F(Reading, APreviewShowsWhatWouldBeSent)
{
    ApiClient client(*server_, service_);
    const std::string email = "/v2/template/" + email_.to_string() + "/preview";
    const auto answer = client.post(email, {{"personalisation", {{"name", "<Ada>"}, {"thing", "tax"}}}, {"extra", 1}});
    ASSERT_EQ(answer.status, 200) << answer.raw.body;
    EXPECT_THAT(keys_of(answer.body),
                UnorderedElementsAre("id", "type", "version", "body", "subject", "html", "postage"));
    EXPECT_EQ(answer.text("/body"), "Hello <Ada>");
    EXPECT_EQ(answer.text("/subject"), "About tax");
    EXPECT_NE(answer.text("/html").find("&lt;Ada"), std::string::npos) << answer.text("/html");
    EXPECT_TRUE(answer.at("/postage").is_null());

    const std::string sms = "/v2/template/" + sms_.to_string() + "/preview";
    const auto text = client.post(sms, {{"personalisation", {{"name", "Ada"}}}});
    EXPECT_EQ(text.text("/body"), "Hello Ada");
    EXPECT_TRUE(text.at("/subject").is_null());
    EXPECT_TRUE(text.at("/html").is_null());
    EXPECT_EQ(error_text(client.post(email, json::object())),
              "400 BadRequestError: Missing personalisation: thing, name");
    EXPECT_EQ(error_text(client.post_text(email, "")), "400 BadRequestError: Missing personalisation: thing, name");
    EXPECT_EQ(error_text(client.post_text(email, "{")), "400 BadRequestError: Invalid JSON supplied in POST data");
    EXPECT_EQ(error_text(client.post("/v2/template/x/preview", {{"personalisation", 1}})),
              "400 ValidationError: id is not a valid UUID; ValidationError: personalisation 1 is not of type object");
    EXPECT_EQ(error_text(client.post(fmt::format("/v2/template/{}/preview", kUuid), json::object())),
              "404 NoResultFound: No result found");
}

TEST_F(Reading, ReceivedTextsNewestFirst)
{
    const auto service = server_->add_service();
    ApiClient client(*server_, service);
    const std::string root = "http://localhost/v2/received-text-messages";
    EXPECT_EQ(client.get("/v2/received-text-messages").at("/links"), json::value(json::object{{"current", root}}));
    const auto older = server_->add_received_text(service.id, "+12025550177", "STOP");
    const auto newer = server_->add_received_text(service.id, "+12025550178", "Héllo");
    const auto answer = client.get("/v2/received-text-messages");
    ASSERT_EQ(answer.status, 200) << answer.raw.body;
    const auto& texts = answer.at("/received_text_messages").as_array();
    ASSERT_EQ(texts.size(), 2U);
    EXPECT_THAT(keys_of(texts[0]),
                UnorderedElementsAre("id", "created_at", "service_id", "notify_number", "user_number", "content"));
    EXPECT_EQ(texts[0].at("id"), json::value(newer.to_string()));
    EXPECT_EQ(texts[0].at("content"), "Héllo");
    EXPECT_EQ(texts[0].at("user_number"), "+12025550178");
    EXPECT_EQ(texts[0].at("service_id"), json::value(service.id.to_string()));
    EXPECT_EQ(answer.text("/links/next"), root + "?older_than=" + older.to_string());

    const auto page = client.get("/v2/received-text-messages?older_than=" + newer.to_string());
    EXPECT_EQ(page.at("/received_text_messages").as_array().size(), 1U);
    EXPECT_EQ(page.text("/links/current"), root);
    const auto nobodys = client.get("/v2/received-text-messages?older_than=ffffffff-ffff-4fff-bfff-ffffffffffff");
    EXPECT_EQ(nobodys.status, 200);
    EXPECT_TRUE(nobodys.at("/received_text_messages").as_array().empty());
    EXPECT_EQ(error_text(client.get("/v2/received-text-messages?older_than=x&y=1")),
              "400 ValidationError: older_than is not a valid UUID; "
              "ValidationError: Additional properties are not allowed (y was unexpected)");
}

TEST_F(Reading, HeadIsGetWithoutTheBody)
{
    ApiClient client(*server_, service_);
    const auto got = client.get("/v2/templates");
    const auto head = client.request("HEAD", "/v2/templates", {}, std::nullopt);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.raw.header("Content-Length"), got.raw.header("Content-Length"));
    EXPECT_EQ(head.raw.body, "");
    EXPECT_EQ(client.get("/v2/templates").status, 200);
}

}  // namespace
}  // namespace herald::http::v2
