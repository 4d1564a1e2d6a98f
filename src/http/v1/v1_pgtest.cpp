// The first version of the API over HTTP.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/api_server.hpp"

namespace herald::http::v1
{
namespace
{

using namespace herald::testing;
using ::testing::ElementsAre;
using ::testing::MatchesRegex;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kUuid = "6ce466d0-fd6a-41e5-82f5-e0accb9d11a6";
const std::string kDate = "20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9][+]00:00";

std::vector<std::string> keys_of(const json::value& object)
{
    std::vector<std::string> keys;
    for (const auto& member : object.as_object()) keys.emplace_back(member.key());
    return keys;
}

class V1 : public ::testing::Test
{
protected:
    static void SetUpTestSuite() { server_ = std::make_unique<ApiServer>(); }
    static void TearDownTestSuite() { server_.reset(); }
    void SetUp() override
    {
        service_ = server_->add_service();
        sms_ = server_->add_template(service_.id, Channel::sms, "Hello ((name))");
        email_ = server_->add_template(service_.id, Channel::email, "Hello ((name))", "About ((name))");
        client_.emplace(*server_, service_);
    }

    json::object body(Channel channel) const
    {
        return {{"to", channel == Channel::sms ? "(202) 555-0123" : "Ada@example.gov"},
                {"template", (channel == Channel::sms ? sms_ : email_).to_string()},
                {"personalisation", {{"name", "Ada"}}}};
    }
    json::object sms_with(std::string_view name, json::value value) const
    {
        auto changed = body(Channel::sms);
        changed[name] = std::move(value);
        return changed;
    }
    template <class Text>
        requires std::is_convertible_v<const Text&, std::string_view>
    json::object sms_with(std::string_view name, const Text& text) const
    {
        return sms_with(name, json::value(std::string_view(text)));
    }
    std::string send(Channel channel = Channel::sms)
    {
        const auto answer = client_->post(fmt::format("/notifications/{}", to_string(channel)), body(channel));
        if (answer.status != 201) throw std::runtime_error(answer.raw.body);
        return answer.text("/data/notification/id");
    }
    std::string refusal(const json::value& sent) { return error_text(client_->post("/notifications/sms", sent)); }

    static std::unique_ptr<ApiServer> server_;
    TestService service_;
    TemplateId sms_;
    TemplateId email_;
    std::optional<ApiClient> client_;
};
std::unique_ptr<ApiServer> V1::server_;

TEST_F(V1, Sends)
{
    const auto sms = client_->post("/notifications/sms", sms_with("ignored", 1));
    ASSERT_EQ(sms.status, 201) << sms.raw.body;
    const json::value expected = {{"data",
                                   {{"notification", {{"id", sms.text("/data/notification/id")}}},
                                    {"body", "Hello Ada"},
                                    {"template_version", 1}}}};
    EXPECT_EQ(sms.body, expected);
    EXPECT_TRUE(sms.raw.header("RateLimit-Limit"));
    const auto email = client_->post("/notifications/email", body(Channel::email));
    ASSERT_EQ(email.status, 201) << email.raw.body;
    EXPECT_EQ(email.text("/data/subject"), "About Ada");
    EXPECT_EQ(client_->get("/v2/notifications/" + sms.text("/data/notification/id")).text("/phone_number"),
              "(202) 555-0123");
}

// A numbered page cannot be cut short: the rows left out would be on no page.
TEST_F(V1, APageThatWouldBeTooLargeHasToBeAskedForInSmallerOnes)
{
    const auto id = server_->add_template(service_.id, Channel::email, "((text))");
    const json::value large{{"template", id.to_string()},
                            {"to", "ada@example.gov"},
                            {"personalisation", {{"text", std::string(1'900'000, 'x')}}}};
    for (int i = 0; i < 9; ++i) ASSERT_EQ(client_->post("/notifications/email", large).status, 201);
    EXPECT_EQ(error_text(client_->get("/notifications")),
              R"(400 {"page_size":["These messages are too large for one page: ask for fewer."]})");
    const auto half = client_->get("/notifications?page_size=5&page=2");
    EXPECT_EQ(half.at("/notifications").as_array().size(), 4);
    EXPECT_EQ(half.text("/total"), "9");
}

TEST_F(V1, TheTypeAndTheContentTypeComeBeforeTheBody)
{
    EXPECT_EQ(error_text(client_->post_text("/notifications/letter", "{")),
              "400 letter notification type is not supported");
    EXPECT_EQ(error_text(client_->post_text("/notifications/sms", "{", {{"Content-Type", "text/plain"}})),
              "400 Did not attempt to load JSON data because the request Content-Type was not 'application/json'.");
    EXPECT_THAT(error_text(client_->post_text("/notifications/sms", "{")),
                StartsWith("400 Failed to decode JSON object: "));
    EXPECT_EQ(error_text(client_->post_text("/notifications/sms", "[]")), R"(400 {"_schema":["Invalid input type."]})");
    EXPECT_EQ(client_
                  ->post_text("/notifications/sms", json::serialize(body(Channel::sms)),
                              {{"Content-Type", "application/json; charset=utf-8"}})
                  .status,
              201);
}

TEST_F(V1, FaultsAreNamedByField)
{
    EXPECT_EQ(refusal(json::object()),
              R"(400 {"template":["Missing data for required field."],"to":["Missing data for required field."]})");
    EXPECT_EQ(refusal(sms_with("to", nullptr)), R"(400 {"to":["Field may not be null."]})");
    EXPECT_EQ(refusal(sms_with("to", 5)), R"(400 {"to":["Not a valid string."]})");
    EXPECT_EQ(refusal(sms_with("to", "x")),
              R"(400 {"to":["Invalid phone number: The string supplied did not seem to be a phone number."]})");
    EXPECT_EQ(refusal(sms_with("personalisation", "x")), R"(400 {"personalisation":["Not a valid mapping type."]})");
    EXPECT_EQ(error_text(client_->post("/notifications/email", sms_with("to", "ada@"))),
              R"(400 {"to":["Not a valid email address"]})");
}

TEST_F(V1, TemplatesLimitsAndTheRestArePlainText)
{
    EXPECT_EQ(refusal(sms_with("template", kUuid)), "400 Template not found");
    EXPECT_EQ(refusal(sms_with("template", "x")), "404 No result found");
    EXPECT_EQ(refusal(sms_with("template", email_.to_string())),
              "400 email template is not suitable for sms notification");
    EXPECT_EQ(refusal(sms_with("personalisation", json::object())), "400 Missing personalisation: name");
    EXPECT_EQ(refusal(sms_with("to", "+447900900123")), "400 Cannot send to international mobile numbers");
    const auto limited = server_->add_service({.rate_limit = 0});
    ApiClient client(*server_, limited);
    const auto refused = client.post("/notifications/sms", body(Channel::sms));
    EXPECT_EQ(error_text(refused), "429 Exceeded rate limit for key type LIVE of 0 requests per 60 seconds");
    EXPECT_EQ(refused.at("/result"), "error");
}

TEST_F(V1, ServicesAndRecipientsThatMayNot)
{
    const auto mute = server_->add_service({.permissions = 0});
    ApiClient silent(*server_, mute);
    json::object sms = body(Channel::sms);
    sms["template"] = server_->add_template(mute.id, Channel::sms, "Hello ((name))").to_string();
    EXPECT_EQ(error_text(silent.post("/notifications/sms", sms)), R"(400 {"service":["Cannot send text messages"]})");
    json::object email = body(Channel::email);
    email["template"] = server_->add_template(mute.id, Channel::email, "Hello ((name))").to_string();
    EXPECT_EQ(error_text(silent.post("/notifications/email", email)), R"(400 {"service":["Cannot send emails"]})");
    ApiClient team(*server_, service_, service_.team);
    EXPECT_EQ(error_text(team.post("/notifications/sms", body(Channel::sms))),
              "400 {\"to\":[\"Can\u2019t send to this recipient using a team-only API key\"]}");
}

// A client mends one fault and is told about the next: schema, rate, template, placeholders, length, recipient,
// permission, international.
TEST_F(V1, ChecksComeInTheOrderOfTheReference)
{
    const auto service = server_->add_service({.permissions = 0, .restricted = true});
    const auto archived = server_->add_template(service.id, Channel::sms, "((text))");
    server_->archive_template(service.id, archived);
    const auto id = server_->add_template(service.id, Channel::sms, "((text))");
    ApiClient client(*server_, service);
    const auto refusal_of = [&](TemplateId from, const json::object& values, std::string_view to)
    {
        const json::value sent{{"template", from.to_string()}, {"to", to}, {"personalisation", values}};
        return error_text(client.post("/notifications/sms", sent));
    };
    constexpr std::string_view kStranger = "+12025550199";
    EXPECT_EQ(refusal_of(archived, {}, kStranger), "400 Template has been deleted");
    EXPECT_EQ(refusal_of(id, {}, kStranger), "400 Missing personalisation: text");
    EXPECT_EQ(refusal_of(id, {{"text", ""}}, kStranger), "400 Your message is empty.");
    EXPECT_THAT(refusal_of(id, {{"text", std::string(1000, 'x')}}, kStranger),
                StartsWith("400 Your message is too long."));
    EXPECT_THAT(refusal_of(id, {{"text", "x"}}, kStranger), StartsWith("400 {\"to\":[\"Can\u2019t send to this"));
    const std::string abroad = "+447900900123";
    EXPECT_EQ(refusal_of(id, {{"text", "x"}}, "+12025550142"), R"(400 {"service":["Cannot send text messages"]})")
        << "a member";
    const auto inviting = server_->add_service({.permissions = 0});
    ApiClient third(*server_, inviting);
    const auto own = server_->add_template(inviting.id, Channel::sms, "Hello");
    EXPECT_EQ(error_text(third.post("/notifications/sms", {{"template", own.to_string()}, {"to", abroad}})),
              R"(400 {"service":["Cannot send text messages"]})");

    const auto limited = server_->add_service({.permissions = 0, .rate_limit = 0});
    ApiClient hasty(*server_, limited);
    EXPECT_EQ(hasty.post("/notifications/sms", body(Channel::sms)).status, 429);
}

TEST_F(V1, ShowsOneMessage)
{
    const auto id = send();
    const auto answer = client_->get("/notifications/" + id);
    ASSERT_EQ(answer.status, 200) << answer.raw.body;
    const auto& shown = answer.at("/data/notification");
    EXPECT_THAT(keys_of(shown),
                UnorderedElementsAre("id", "notification_type", "status", "to", "body", "content_char_count",
                                     "template", "template_version", "service", "api_key", "job", "job_row_number",
                                     "billable_units", "reference", "sent_by", "created_at", "sent_at", "updated_at"));
    EXPECT_EQ(shown.at("to"), "(202) 555-0123");
    EXPECT_EQ(shown.at("content_char_count"), 9);
    EXPECT_EQ(shown.at("billable_units"), 0);  // until it is handed over
    server_->run_sql(fmt::format("UPDATE notifications SET sent_at = created_at WHERE id = '{}'", id));
    EXPECT_EQ(client_->get("/notifications/" + id).at("/data/notification/billable_units"), 1);
    EXPECT_EQ(shown.at("api_key"), json::value(service_.normal.id.to_string()));
    EXPECT_EQ(shown.at("service"), json::value(service_.id.to_string()));
    const json::value from = {{"id", sms_.to_string()}, {"name", "Template"}, {"template_type", "sms"}, {"version", 1}};
    EXPECT_EQ(shown.at("template"), from);
    EXPECT_THAT(std::string(shown.at("created_at").as_string()), MatchesRegex(kDate));
    for (const auto* name : {"job", "job_row_number", "reference", "sent_by", "sent_at", "updated_at"})
        EXPECT_TRUE(shown.at(name).is_null()) << name;

    const auto email = client_->get("/notifications/" + send(Channel::email)).at("/data/notification");
    EXPECT_EQ(email.at("subject"), "About Ada");
    EXPECT_TRUE(email.at("content_char_count").is_null());
}

TEST_F(V1, IdsThatLeadNowhere)
{
    EXPECT_EQ(error_text(client_->get(fmt::format("/notifications/{}", kUuid))), "404 No result found");
    EXPECT_EQ(client_->get("/notifications/nonsense").status, 405);
}

TEST_F(V1, ListsByNumberedPages)
{
    std::vector<std::string> sent;
    for (int i = 0; i < 5; ++i) sent.push_back(send());
    const auto ids = [](const ApiAnswer& answer)
    {
        std::vector<std::string> found;
        for (const auto& one : answer.at("/notifications").as_array()) found.emplace_back(one.at("id").as_string());
        return found;
    };
    auto answer = client_->get("/notifications?page_size=2&status=created");
    ASSERT_EQ(answer.status, 200) << answer.raw.body;
    EXPECT_THAT(keys_of(answer.body), UnorderedElementsAre("notifications", "page_size", "total", "links"));
    EXPECT_THAT(ids(answer), ElementsAre(sent[4], sent[3]));
    EXPECT_EQ(answer.at("/total"), 5);
    EXPECT_EQ(answer.at("/page_size"), 2);
    json::value links = {{"next", "/notifications?page=2&page_size=2&status=created"},
                         {"last", "/notifications?page=3&page_size=2&status=created"}};
    EXPECT_EQ(answer.at("/links"), links);
    answer = client_->get("/notifications?page=3&page_size=2");
    EXPECT_THAT(ids(answer), ElementsAre(sent[0]));
    EXPECT_EQ(answer.at("/links"), json::value(json::object{{"prev", "/notifications?page=2&page_size=2"}}));
    EXPECT_THAT(error_text(client_->get("/notifications?page=4&page_size=2")),
                StartsWith("404 The requested URL was not found"));
    EXPECT_EQ(client_->get("/notifications?page_size=100000").at("/page_size"), 250);
    EXPECT_EQ(client_->get("/notifications?page=9223372036854775807").status, 404);
}

TEST_F(V1, EachFilterOfTheList)
{
    send();
    send(Channel::email);
    const auto total = [this](std::string_view query)
    {
        const auto answer = client_->get(fmt::format("/notifications?{}", query));
        return answer.status == 200 ? answer.at("/total").to_number<std::int64_t>() : -answer.status;
    };
    EXPECT_EQ(total(""), 2);
    EXPECT_EQ(total("template_type=sms"), 1);
    EXPECT_EQ(total("template_type=sms&template_type=email"), 2);
    EXPECT_EQ(total("status=delivered"), 0);
    EXPECT_EQ(total("status=created&status=delivered"), 2);
    EXPECT_EQ(total("status=elephant"), 0);
    EXPECT_EQ(total("limit_days=0"), 2);
    EXPECT_EQ(total("limit_days=-2"), 0);
    server_->run_sql(
        fmt::format("UPDATE notifications SET job_id = '{}' WHERE service_id = '{}'", kUuid, service_.id.to_string()));
    EXPECT_EQ(total("include_jobs=no"), 0);
    EXPECT_EQ(total("include_jobs=yes&unknown=1"), 2);
    EXPECT_EQ(
        error_text(client_->get(
            "/notifications?page=x&page_size=0&limit_days=&include_jobs=maybe&older_than=1&template_type=letter")),
        R"(400 {"include_jobs":["Not a valid boolean."],"limit_days":["Not a valid integer."],"older_than":["Not a valid UUID."],)"
        R"("page":["Not a valid integer."],"page_size":["Not a positive integer"],"template_type":["Must be one of: sms, email."]})");
}

// What is beyond the rows that are counted comes from the ledger.
TEST_F(V1, ALargeTotalIsTheLedgers)
{
    server_->run_sql(fmt::format(
        "INSERT INTO notifications (service_id, id, template_id, template_version, key_type, channel, "
        "status, billable_units, "
        "international, rate_multiplier, local_date, purge_on, created_at) "
        "SELECT '{0}', ('{2}' || lpad(to_hex(n), 12, '0'))::uuid, '{1}', 1, 1, 2, 1, "
        "1, false, 1, current_date, "
        "current_date + 8, now() FROM generate_series(1, 10010) n; "
        "INSERT INTO notification_contents SELECT purge_on, service_id, id, '' FROM notifications WHERE "
        "service_id = '{0}'; "
        "INSERT INTO ledger VALUES (current_date, '{0}', '{1}', 2, 1, 1, 10000, 10000); "
        "INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, "
        "notifications, billable_units) "
        "VALUES (current_date, '{0}', '{1}', 2, 1, 1, 10, 10)",
        service_.id.to_string(), sms_.to_string(), uuid_v7_floor(SystemClock().now()).to_string().substr(0, 24)));
    const auto newest = send();
    const auto answer = client_->get("/notifications?page_size=1");
    ASSERT_EQ(answer.status, 200) << answer.raw.body;
    EXPECT_EQ(answer.at("/total"), 10011);
    EXPECT_EQ(answer.text("/links/last"), "/notifications?page=10011&page_size=1");
}

}  // namespace
}  // namespace herald::http::v1
