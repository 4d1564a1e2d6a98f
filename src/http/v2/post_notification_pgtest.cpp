// POST /v2/notifications/sms and /email: answers, errors word for word, and the order in which they come.
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
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kSms = "/v2/notifications/sms";
constexpr std::string_view kEmail = "/v2/notifications/email";
constexpr std::string_view kUuid = "6ce466d0-fd6a-41e5-82f5-e0accb9d11a6";
constexpr std::string_view kNumber = "+12025550123";

std::vector<std::string> keys_of(const json::value& object)
{
    std::vector<std::string> keys;
    for (const auto& member : object.as_object()) keys.emplace_back(member.key());
    return keys;
}

class PostNotification : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        server_ = std::make_unique<ApiServer>();
        service_ = server_->add_service();
        sms_ = server_->add_template(service_.id, Channel::sms, "Hello ((name))\r\n\r\nBye");
        email_ = server_->add_template(service_.id, Channel::email, "Hello ((name))\r\n\r\nBye", "About ((thing))");
    }
    static void TearDownTestSuite() { server_.reset(); }

    static json::object sms_body(std::optional<TemplateId> id = std::nullopt)
    {
        return {{"phone_number", kNumber},
                {"template_id", id.value_or(sms_).to_string()},
                {"personalisation", {{"name", "Ada"}}}};
    }
    static json::object email_body(std::optional<TemplateId> id = std::nullopt)
    {
        return {{"email_address", "ada@example.gov"},
                {"template_id", id.value_or(email_).to_string()},
                {"personalisation", {{"name", "Ada"}, {"thing", "tax"}}}};
    }
    static json::object with(json::object body, std::string_view name, json::value value)
    {
        body[name] = std::move(value);
        return body;
    }
    template <class Text>
        requires std::is_convertible_v<const Text&, std::string_view>
    static json::object with(json::object body, std::string_view name, const Text& text)
    {
        return with(std::move(body), name, json::value(std::string_view(text)));
    }
    static ApiAnswer post(std::string_view path, const json::value& body)
    {
        ApiClient client(*server_, service_);
        return client.post(path, body);
    }
    static std::string refusal(std::string_view path, const json::value& body) { return error_text(post(path, body)); }
    static std::int64_t stored(const TestService& service)
    {
        return server_->number(
            fmt::format("SELECT count(*) FROM notifications WHERE service_id = '{}'", service.id.to_string()));
    }

    static std::unique_ptr<ApiServer> server_;
    static TestService service_;
    static TemplateId sms_;
    static TemplateId email_;
};
std::unique_ptr<ApiServer> PostNotification::server_;
TestService PostNotification::service_;
TemplateId PostNotification::sms_;
TemplateId PostNotification::email_;

TEST_F(PostNotification, SmsIsAcceptedWithTheWholeAnswer)
{
    ApiClient client(*server_, service_);
    const auto answer =
        client.post(kSms, with(sms_body(), "reference", "r-1"), {{"X-B3-TraceId", "t1"}, {"X-B3-SpanId", "s1"}});
    ASSERT_EQ(answer.status, 201) << answer.raw.body;
    const auto id = answer.text("/id");
    const std::string root = "http://localhost/";
    const json::value expected = {
        {"id", id},
        {"reference", "r-1"},
        {"uri", root + "v2/notifications/" + id},
        {"scheduled_for", nullptr},
        {"content", {{"body", "Hello Ada\n\nBye"}, {"from_number", "+18005550199"}}},
        {"template",
         {{"id", sms_.to_string()},
          {"version", 1},
          {"uri", root + "services/" + service_.id.to_string() + "/templates/" + sms_.to_string()}}}};
    EXPECT_EQ(answer.body, expected) << answer.raw.body;
    EXPECT_EQ(answer.raw.body.back(), '\n');
    EXPECT_EQ(answer.raw.header("Content-Type"), "application/json");
    EXPECT_EQ(answer.raw.header("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(answer.raw.header("Access-Control-Allow-Headers"), "Content-Type,Authorization");
    EXPECT_EQ(answer.raw.header("Access-Control-Allow-Methods"), "GET,PUT,POST,DELETE");
    EXPECT_EQ(answer.raw.header("X-B3-TraceId"), "t1");
    EXPECT_EQ(answer.raw.header("X-B3-SpanId"), "s1");
    EXPECT_EQ(answer.raw.header("RateLimit-Limit"), "300000");
    EXPECT_TRUE(answer.raw.header("RateLimit-Remaining"));
    EXPECT_EQ(answer.raw.header("RateLimit-Reset"), "0");
}

TEST_F(PostNotification, EmailIsAcceptedWithTheWholeAnswer)
{
    const auto answer = post(kEmail, with(email_body(), "one_click_unsubscribe_url", "https://example.gov/stop"));
    ASSERT_EQ(answer.status, 201) << answer.raw.body;
    EXPECT_THAT(keys_of(answer.body), UnorderedElementsAre("id", "reference", "uri", "scheduled_for", "content",
                                                           "template", "sanitised_content"));
    EXPECT_EQ(answer.at("/reference"), nullptr);
    EXPECT_EQ(answer.at("/sanitised_content"), json::value(json::object()));
    const json::value content = {{"body", "Hello Ada\r\n\r\nBye"},
                                 {"subject", "About tax"},
                                 {"from_email", service_.email_from + "@notify.localhost"},
                                 {"one_click_unsubscribe_url", "https://example.gov/stop"}};
    EXPECT_EQ(answer.at("/content"), content);
    EXPECT_EQ(answer.raw.header("X-B3-TraceId"), "None");
    EXPECT_EQ(post(kEmail, email_body()).at("/content/one_click_unsubscribe_url"), nullptr);
}

TEST_F(PostNotification, TheHostHeaderNamesTheRoot)
{
    test_support::HttpClient client(server_->port());
    const std::string body = json::serialize(sms_body());
    client.send_raw(
        fmt::format("POST {} HTTP/1.1\r\nHost: api.example.gov:8443\r\nAuthorization: Bearer {}\r\n"
                    "Content-Length: {}\r\n\r\n{}",
                    kSms, token_of(service_, service_.normal), body.size(), body));
    const auto answer = read_answer(client.read_response());
    ASSERT_EQ(answer.status, 201) << answer.raw.body;
    EXPECT_THAT(answer.text("/uri"), StartsWith("http://api.example.gov:8443/v2/notifications/"));
}

TEST_F(PostNotification, SanitisesTheNamedValues)
{
    auto body = email_body();
    body["personalisation"] = {{"name", "User, [click here](https://evil.link)"}, {"thing", "x"}};
    const auto answer = post(kEmail, with(body, "sanitise_content_for", json::array{"NAME", "thing"}));
    ASSERT_EQ(answer.status, 201) << answer.raw.body;
    EXPECT_EQ(answer.text("/content/body"), "Hello User, \\[click here\\]\\(\\)\r\n\r\nBye");
    const json::value changed = {
        {"name",
         {{"unsanitised", "User, [click here](https://evil.link)"}, {"sanitised", "User, \\[click here\\]\\(\\)"}}}};
    EXPECT_EQ(answer.at("/sanitised_content"), changed);
    EXPECT_EQ(post(kEmail, with(email_body(), "sanitise_content_for", nullptr)).status, 201);
}

TEST_F(PostNotification, BodyThatIsNotJson)
{
    ApiClient client(*server_, service_);
    for (const auto* text : {"", "{", "nonsense", "{\"a\":1}x", "{'a': 1}", "{\"a\":\"\xff\"}", "{\"a\":1,\"a\":2}",
                             "{\"a\":\"\\u0000\"}"})
        EXPECT_EQ(error_text(client.post_text(kSms, text)), "400 BadRequestError: Invalid JSON supplied in POST data")
            << text;
}

TEST_F(PostNotification, AnyContentTypeIsReadAsJson)
{
    ApiClient client(*server_, service_);
    EXPECT_EQ(client.post_text(kSms, json::serialize(sms_body()), {{"Content-Type", "text/plain"}}).status, 201);
}

TEST_F(PostNotification, EveryFaultOfTheSchemaIsListed)
{
    EXPECT_EQ(refusal(kSms, json::object()),
              "400 ValidationError: phone_number is a required property; ValidationError: template_id is a required "
              "property");
    EXPECT_EQ(refusal(kSms, nullptr),
              "400 ValidationError: phone_number is a required property; ValidationError: template_id is a required "
              "property");
    EXPECT_EQ(refusal(kSms, json::array{1}), "400 ValidationError: [1] is not of type object");
    EXPECT_EQ(refusal(kSms, {{"phone_number", 5},
                             {"template_id", "x"},
                             {"reference", nullptr},
                             {"personalisation", json::array()},
                             {"scheduled_for", 1},
                             {"sms_sender_id", "y"},
                             {"b", 1},
                             {"a", 1}}),
              "400 ValidationError: reference None is not of type string; "
              "ValidationError: phone_number 5 is not of type string; "
              "ValidationError: template_id is not a valid UUID; "
              "ValidationError: personalisation [] is not of type object; "
              "ValidationError: scheduled_for 1 is not of type string, null; "
              "ValidationError: sms_sender_id is not a valid UUID; "
              "ValidationError: Additional properties are not allowed (a, b were unexpected)");
    EXPECT_EQ(refusal(kEmail, with(email_body(), "one_click_unsubscribe_url", "http://example.gov")),
              "400 ValidationError: one_click_unsubscribe_url is not a valid https url");
    EXPECT_EQ(refusal(kEmail, with(email_body(), "sanitise_content_for", "name")),
              "400 ValidationError: sanitise_content_for name is not of type array, null");
    EXPECT_EQ(refusal(kSms, with(sms_body(), "one_click_unsubscribe_url", "https://example.gov")),
              "400 ValidationError: Additional properties are not allowed (one_click_unsubscribe_url was unexpected)");
    EXPECT_EQ(refusal(kSms, with(sms_body(), "template_id", 5)),
              "400 ValidationError: template_id is not a valid UUID");
}

TEST_F(PostNotification, RecipientsAreCheckedWithTheSchema)
{
    EXPECT_EQ(refusal(kSms, with(sms_body(), "phone_number", "not a number")),
              "400 ValidationError: phone_number The string supplied did not seem to be a phone number.");
    EXPECT_EQ(refusal(kSms, with(sms_body(), "phone_number", "+120255501")),
              "400 ValidationError: phone_number Not enough digits");
    EXPECT_EQ(refusal(kEmail, with(email_body(), "email_address", "ada@")),
              "400 ValidationError: email_address Not a valid email address");
    EXPECT_EQ(refusal(kEmail, with(email_body(), "email_address", nullptr)),
              "400 ValidationError: email_address None is not of type string");
}

TEST_F(PostNotification, AReferenceHasUpTo1000Characters)
{
    EXPECT_EQ(post(kSms, with(sms_body(), "reference", std::string(1000, 'r'))).status, 201);
    EXPECT_THAT(refusal(kSms, with(sms_body(), "reference", std::string(1001, 'r'))), HasSubstr("rrr is too long"));
}

TEST_F(PostNotification, ScheduledForIsCheckedAndHasNoEffect)
{
    const auto in = [](std::chrono::minutes from_now)
    {
        return format_v2(SystemClock().now() + from_now);
    };
    EXPECT_EQ(refusal(kSms, with(sms_body(), "scheduled_for", in(std::chrono::minutes(60)))),
              "400 BadRequestError: Cannot schedule notifications (this feature is invite-only)");
    EXPECT_EQ(post(kSms, with(sms_body(), "scheduled_for", nullptr)).status, 201);
    EXPECT_EQ(refusal(kSms, with(sms_body(), "scheduled_for", in(std::chrono::minutes(-5)))),
              "400 ValidationError: scheduled_for datetime can not be in the past");
    EXPECT_EQ(refusal(kSms, with(sms_body(), "scheduled_for", in(std::chrono::hours(25)))),
              "400 ValidationError: scheduled_for datetime can only be 24 hours in the future");
    EXPECT_EQ(
        refusal(kSms, with(sms_body(), "scheduled_for", "soon")),
        "400 ValidationError: scheduled_for datetime format is invalid. It must be a valid ISO8601 date time format, "
        "https://en.wikipedia.org/wiki/ISO_8601");
}

TEST_F(PostNotification, TemplatesThatDoNotFit)
{
    EXPECT_EQ(refusal(kSms, with(sms_body(), "template_id", kUuid)), "400 BadRequestError: Template not found");
    EXPECT_EQ(refusal(kSms, sms_body(email_)),
              "400 BadRequestError: email template is not suitable for sms notification");
    EXPECT_EQ(refusal(kEmail, email_body(sms_)),
              "400 BadRequestError: sms template is not suitable for email notification");
    const auto archived = server_->add_template(service_.id, Channel::sms, "x");
    server_->archive_template(service_.id, archived);
    EXPECT_EQ(refusal(kSms, sms_body(archived)), "400 BadRequestError: Template has been deleted");
    const auto stranger = server_->add_service();
    const auto theirs = server_->add_template(stranger.id, Channel::sms, "theirs");
    EXPECT_EQ(refusal(kSms, sms_body(theirs)), "400 BadRequestError: Template not found");
}

TEST_F(PostNotification, PersonalisationThatIsMissing)
{
    EXPECT_EQ(refusal(kEmail, with(email_body(), "personalisation", json::object())),
              "400 BadRequestError: Missing personalisation: thing, name");
    auto body = sms_body();
    body.erase("personalisation");
    EXPECT_EQ(refusal(kSms, body), "400 BadRequestError: Missing personalisation: name");
    EXPECT_EQ(refusal(kSms, with(sms_body(), "personalisation", {{"name", nullptr}})),
              "400 BadRequestError: Missing personalisation: name");
    EXPECT_EQ(
        post(kSms, with(sms_body(), "personalisation", {{"N-A_m e", "Ada"}, {"unused", 1}})).text("/content/body"),
        "Hello Ada\n\nBye");
}

TEST_F(PostNotification, AnEmptyMessage)
{
    const auto all = server_->add_template(service_.id, Channel::sms, "((all))");
    EXPECT_EQ(refusal(kSms, with(sms_body(all), "personalisation", {{"all", " "}})),
              "400 BadRequestError: Your message is empty.");
    const auto mail = server_->add_template(service_.id, Channel::email, "((all))");
    EXPECT_EQ(refusal(kEmail, with(email_body(mail), "personalisation", {{"all", ""}})),
              "400 BadRequestError: Your message is empty.");
}

TEST_F(PostNotification, SendersOfTheService)
{
    EXPECT_EQ(
        post(kSms, with(sms_body(), "sms_sender_id", service_.other_sender.to_string())).text("/content/from_number"),
        "Herald");
    EXPECT_EQ(post(kEmail, with(email_body(), "email_reply_to_id", service_.reply_to.to_string())).status, 201);
    EXPECT_EQ(refusal(kSms, with(sms_body(), "sms_sender_id", kUuid)),
              fmt::format("400 BadRequestError: sms_sender_id {} does not exist in database for service id {}", kUuid,
                          service_.id.to_string()));
    EXPECT_EQ(refusal(kEmail, with(email_body(), "email_reply_to_id", kUuid)),
              fmt::format("400 BadRequestError: email_reply_to_id {} does not exist in database for service id {}",
                          kUuid, service_.id.to_string()));
    const auto stranger = server_->add_service();
    EXPECT_THAT(refusal(kSms, with(sms_body(), "sms_sender_id", stranger.other_sender.to_string())),
                HasSubstr("does not exist"));
}

TEST_F(PostNotification, MessagesThatAreTooLong)
{
    EXPECT_EQ(refusal(kSms, with(sms_body(), "personalisation", {{"name", std::string(1000, 'a')}})),
              "400 BadRequestError: Your message is too long. Text messages cannot be longer than 918 characters. "
              "Your message is 1011 characters long.");
    const auto raw = server_->add_template(service_.id, Channel::email, "((x))");
    EXPECT_EQ(refusal(kEmail, with(email_body(raw), "personalisation", {{"x", std::string(2'000'001, 'a')}})),
              "400 BadRequestError: Your message is too long. Emails cannot be longer than 2000000 bytes. "
              "Your message is 2000001 bytes.");
    const auto about = server_->add_template(service_.id, Channel::email, "Hi", "((x))");
    EXPECT_EQ(refusal(kEmail, with(email_body(about), "personalisation", {{"x", std::string(20'001, 'a')}})),
              "400 BadRequestError: Your message is too long. Subjects cannot be longer than 20000 bytes. "
              "Your subject is 20001 bytes.");
    EXPECT_EQ(post(kEmail, with(email_body(about), "personalisation", {{"x", std::string(20'000, 'a')}})).status, 201);
}

TEST_F(PostNotification, FilesNeedAServiceThatHasSetThemUp)
{
    EXPECT_EQ(
        refusal(kEmail, with(email_body(), "personalisation", {{"name", {{"file", "aGk="}}}, {"thing", "x"}})),
        fmt::format(
            "400 BadRequestError: Send files by email has not been set up - add contact details for your service at "
            "http://localhost:6012/services/{}/service-settings/send-files-by-email",
            service_.id.to_string()));
}

TEST_F(PostNotification, PermissionsOfTheService)
{
    const auto mute = server_->add_service({.permissions = 0});
    ApiClient client(*server_, mute);
    EXPECT_EQ(error_text(client.post(kSms, sms_body())),
              "400 BadRequestError: Service is not allowed to send text messages");
    EXPECT_EQ(error_text(client.post(kEmail, email_body())),
              "400 BadRequestError: Service is not allowed to send emails");
    EXPECT_EQ(error_text(client.post(kSms, json::object())).substr(0, 20), "400 ValidationError:");
}

TEST_F(PostNotification, InternationalNumbersNeedAPermission)
{
    EXPECT_EQ(refusal(kSms, with(sms_body(), "phone_number", "+447900900123")),
              "400 BadRequestError: Cannot send to international mobile numbers");
    const auto abroad = server_->add_service(
        {.permissions = kMailAndText | static_cast<std::uint32_t>(ServicePermission::international_sms)});
    const auto id = server_->add_template(abroad.id, Channel::sms, "Hi");
    ApiClient client(*server_, abroad);
    EXPECT_EQ(client.post(kSms, with(sms_body(id), "phone_number", "+447900900123")).status, 201);
}

TEST_F(PostNotification, TrialAndTeamKeysReachTheTeamAndItsGuests)
{
    const std::string trial =
        "400 BadRequestError: Can\u2019t send to this recipient when service is in trial mode "
        "\u2013 see https://www.notifications.service.gov.uk/trial-mode";
    const std::string team = "400 BadRequestError: Can\u2019t send to this recipient using a team-only API key";
    const auto restricted = server_->add_service({.restricted = true});
    server_->add_guest(restricted.id, Channel::sms, "+12025550155");
    const auto id = server_->add_template(restricted.id, Channel::sms, "Hi");
    const auto to = [&](std::string_view number)
    {
        return with(sms_body(id), "phone_number", number);
    };
    ApiClient normal(*server_, restricted);
    ApiClient team_key(*server_, restricted, restricted.team);
    ApiClient test_key(*server_, restricted, restricted.test);
    EXPECT_EQ(error_text(normal.post(kSms, to("+12025550123"))), trial);
    EXPECT_EQ(error_text(team_key.post(kSms, to("+12025550123"))), team);
    EXPECT_EQ(test_key.post(kSms, to("+12025550123")).status, 201);
    for (const auto* reached : {"+12025550155", "(202) 555-0142"})
    {
        EXPECT_EQ(normal.post(kSms, to(reached)).status, 201) << reached;
        EXPECT_EQ(team_key.post(kSms, to(reached)).status, 201) << reached;
    }
}

TEST_F(PostNotification, SimulatedRecipientsAreAnsweredAndNothingIsStored)
{
    const auto service = server_->add_service();
    const auto id = server_->add_template(service.id, Channel::sms, "Hi");
    const auto mail = server_->add_template(service.id, Channel::email, "Hi");
    ApiClient client(*server_, service);
    const auto sms = client.post(kSms, with(sms_body(id), "phone_number", "2028675000"));
    EXPECT_EQ(sms.status, 201) << sms.raw.body;
    const auto sent =
        client.post(kEmail, with(email_body(mail), "email_address", "simulate-delivered@notifications.service.gov.uk"));
    EXPECT_EQ(sent.status, 201) << sent.raw.body;
    EXPECT_EQ(stored(service), 0);
    EXPECT_EQ(client.get("/v2/notifications/" + sms.text("/id")).status, 404);
    ApiClient team(*server_, service, service.team);
    EXPECT_EQ(team.post(kSms, with(sms_body(id), "phone_number", "2028675000")).status, 400)
        << "who may be sent to is decided before";
}

TEST_F(PostNotification, ChecksComeInTheOrderOfTheContract)
{
    // Each body has every fault that comes after the one it is told.
    const auto empty = server_->add_template(service_.id, Channel::sms, "((all))");
    auto body = with(with(sms_body(empty), "phone_number", "+447900900123"), "sms_sender_id", kUuid);
    EXPECT_THAT(refusal(kSms, with(body, "personalisation", json::object())), HasSubstr("Missing personalisation"));
    EXPECT_THAT(refusal(kSms, with(body, "personalisation", {{"all", ""}})), HasSubstr("Your message is empty."));
    body["personalisation"] = {{"all", std::string(1000, 'x')}};
    EXPECT_THAT(refusal(kSms, body), HasSubstr("sms_sender_id"));
    body.erase("sms_sender_id");
    EXPECT_THAT(refusal(kSms, body), HasSubstr("international"));
    body["phone_number"] = kNumber;
    EXPECT_THAT(refusal(kSms, body), HasSubstr("too long"));
    EXPECT_THAT(refusal(kSms, with(body, "template_id", email_.to_string())), HasSubstr("not suitable"));
}

TEST_F(PostNotification, WhatIsRefusedIsNotStored)
{
    const auto service = server_->add_service({.restricted = true});
    const auto id = server_->add_template(service.id, Channel::sms, "Hi ((name))");
    ApiClient client(*server_, service);
    client.post(kSms, sms_body(id));
    client.post(kSms, json::object());
    client.post_text(kSms, "{");
    for (const auto* table :
         {"notifications", "notification_contents", "notification_events", "ledger_deltas", "queue_ready"})
        EXPECT_EQ(server_->number(
                      fmt::format("SELECT count(*) FROM {} WHERE service_id = '{}'", table, service.id.to_string())),
                  0)
            << table;
}

TEST_F(PostNotification, OtherTypesAreThePlain404AfterTheBodyWasRead)
{
    ApiClient client(*server_, service_);
    for (const auto* type : {"letter", "apple"})
    {
        const std::string path = fmt::format("/v2/notifications/{}", type);
        EXPECT_THAT(error_text(client.post(path, json::object())), StartsWith("404 The requested URL was not found"))
            << type;
        EXPECT_EQ(error_text(client.post_text(path, "{")), "400 BadRequestError: Invalid JSON supplied in POST data");
    }
    test_support::HttpClient stranger(server_->port());
    EXPECT_EQ(stranger.post("/v2/notifications/letter", "{}").status, 401);
}

}  // namespace
}  // namespace herald::http::v2
