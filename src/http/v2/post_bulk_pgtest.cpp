// POST /v2/notifications/bulk and GET /v2/jobs/{id}: answers, errors word for word, and the order in which they come.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "objects/object_store.hpp"
#include "tests/support/api_server.hpp"

namespace herald::http::v2
{
namespace
{

using namespace herald::testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kBulk = "/v2/notifications/bulk";
constexpr std::string_view kUuid = "6ce466d0-fd6a-41e5-82f5-e0accb9d11a6";

std::vector<std::string> keys_of(const json::value& object)
{
    std::vector<std::string> keys;
    for (const auto& member : object.as_object()) keys.emplace_back(member.key());
    return keys;
}

class PostBulk : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        server_ = std::make_unique<ApiServer>();
        service_ = server_->add_service();
        sms_ = server_->add_template(service_.id, Channel::sms, "Hello ((name))");
        email_ = server_->add_template(service_.id, Channel::email, "Hello ((name))", "About it");
    }
    static void TearDownTestSuite() { server_.reset(); }

    static json::object body(const std::string& csv, TemplateId from = sms_)
    {
        return {{"template_id", from.to_string()}, {"name", "People"}, {"csv", csv}};
    }
    static json::object rows_body(json::array rows)
    {
        return {{"template_id", sms_.to_string()}, {"name", "People"}, {"rows", std::move(rows)}};
    }
    static json::object with(json::object body, std::string_view name, json::value value)
    {
        body[name] = std::move(value);
        return body;
    }
    static ApiAnswer post(const json::value& what, const ApiClient::Headers& headers = {})
    {
        ApiClient client(*server_, service_);
        return client.post(kBulk, what, headers);
    }
    static ApiAnswer post_as(const TestService& service, const TestKey& key, const json::value& what)
    {
        ApiClient client(*server_, service, key);
        return client.post(kBulk, what);
    }
    static std::string refusal(const json::value& what) { return error_text(post(what)); }
    static std::int64_t jobs(const TestService& service = service_)
    {
        return server_->number(
            fmt::format("SELECT count(*) FROM jobs WHERE service_id = '{}'", service.id.to_string()));
    }
    static std::string object_of(const std::string& job)
    {
        std::string text;
        const auto key = fmt::format("service-{}-notify/{}.csv", service_.id.to_string(), job);
        server_->run(
            [&](pg::Database&) -> Task<>
            {
                const auto reader = co_await server_->uploads().open(key, soon());
                for (auto piece = co_await reader->read(soon()); !piece.empty(); piece = co_await reader->read(soon()))
                    text += piece;
            });
        return text;
    }

    static std::unique_ptr<ApiServer> server_;
    static TestService service_;
    static TemplateId sms_;
    static TemplateId email_;
};
std::unique_ptr<ApiServer> PostBulk::server_;
TestService PostBulk::service_;
TemplateId PostBulk::sms_;
TemplateId PostBulk::email_;

TEST_F(PostBulk, RowsBecomeAJobWithTheWholeAnswer)
{
    const auto answer = post(rows_body({json::array{"phone number", "name"}, json::array{"+12028670101", "Ada, of it"},
                                        json::array{"+12028670102", 7}}));
    ASSERT_EQ(answer.status, 201) << answer.raw.body;
    EXPECT_THAT(keys_of(answer.body), UnorderedElementsAre("data"));
    EXPECT_THAT(keys_of(answer.at("/data")),
                UnorderedElementsAre("id", "original_file_name", "service", "service_name", "template",
                                     "template_version", "template_type", "job_status", "notification_count",
                                     "sender_id", "api_key", "created_by", "archived", "created_at", "updated_at",
                                     "scheduled_for", "processing_started", "processing_finished"));
    EXPECT_EQ(answer.text("/data/original_file_name"), "People");
    EXPECT_EQ(answer.text("/data/service"), service_.id.to_string());
    EXPECT_EQ(answer.text("/data/service_name/name"), service_.name);
    EXPECT_EQ(answer.text("/data/template"), sms_.to_string());
    EXPECT_EQ(answer.text("/data/template_type"), "sms");
    EXPECT_EQ(answer.text("/data/job_status"), "pending");
    EXPECT_EQ(answer.at("/data/notification_count"), 2);
    EXPECT_EQ(answer.text("/data/sender_id"), service_.default_sender.to_string());
    EXPECT_EQ(answer.text("/data/api_key/id"), service_.normal.id.to_string());
    EXPECT_EQ(answer.text("/data/api_key/key_type"), "normal");
    EXPECT_THAT(answer.text("/data/created_at"), ::testing::EndsWith("+00:00"));
    EXPECT_EQ(answer.raw.header("RateLimit-Limit"), "300000");
    EXPECT_EQ(object_of(answer.text("/data/id")),
              "phone number,name\r\n+12028670101,\"Ada, of it\"\r\n+12028670102,7\r\n");
}

TEST_F(PostBulk, CsvBecomesAJobAsItIs)
{
    const std::string csv = "email address,name\nada@example.gov,Ada\n";
    auto asked = with(body(csv, email_), "reply_to_id", json::value(service_.reply_to.to_string()));
    const auto answer = post(with(asked, "reference", "mine"));
    ASSERT_EQ(answer.status, 201) << answer.raw.body;
    EXPECT_EQ(answer.text("/data/sender_id"), service_.reply_to.to_string());
    EXPECT_EQ(object_of(answer.text("/data/id")), csv);
    EXPECT_EQ(post(body(csv, email_)).at("/data/sender_id"), nullptr);
}

TEST_F(PostBulk, FaultsOfTheSchemaAreListedInItsOrder)
{
    EXPECT_EQ(refusal(json::object()),
              "400 ValidationError: template_id is a required property; ValidationError: "
              "name is a required property");
    EXPECT_EQ(refusal({{"template_id", "x"},
                       {"reference", nullptr},
                       {"scheduled_for", 1},
                       {"reply_to_id", "y"},
                       {"csv", 1},
                       {"rows", json::array{1}},
                       {"name", nullptr},
                       {"extra", 1}}),
              "400 ValidationError: template_id is not a valid UUID; "
              "ValidationError: reference None is not of type string; "
              "ValidationError: scheduled_for 1 is not of type string, null; "
              "ValidationError: reply_to_id is not a valid UUID; "
              "ValidationError: csv 1 is not of type string; "
              "ValidationError: rows [1] is too short; "
              "ValidationError: name None is not of type string; "
              "ValidationError: Additional properties are not allowed (extra was unexpected)");
    ApiClient client(*server_, service_);
    EXPECT_EQ(error_text(client.post_text(kBulk, "{")),
              "400 BadRequestError: Error decoding arguments: The browser (or proxy) sent a request that this server "
              "could not understand.");
    EXPECT_EQ(refusal(with(body("x"), "rows", 1)), "400 ValidationError: rows 1 is not of type array");
    json::array many(AcceptBulk::kMaxRows + 2, json::value(json::array()));
    EXPECT_EQ(refusal(rows_body(std::move(many))), "400 ValidationError: rows [...] is too long");
}

TEST_F(PostBulk, EitherRowsOrCsv)
{
    const std::string text = "400 BadRequestError: You should specify either rows or csv";
    auto neither = body("");
    EXPECT_EQ(refusal(neither), text);
    neither.erase("csv");
    EXPECT_EQ(refusal(neither), text);
    EXPECT_EQ(refusal(with(body("x"), "rows", json::array{json::array{"a"}, json::array{"b"}})), text);
}

TEST_F(PostBulk, TimesAreUpToSevenDaysAhead)
{
    const std::string csv = "phone number,name\n+12028670101,Ada\n";
    const auto at = [&](std::chrono::hours from_now)
    {
        return with(body(csv), "scheduled_for", json::value(format_v2(SystemClock().now() + from_now)));
    };
    EXPECT_EQ(refusal(at(std::chrono::hours(-1))), "400 ValidationError: scheduled_for datetime cannot be in the past");
    EXPECT_EQ(refusal(at(std::chrono::hours(169))),
              "400 ValidationError: scheduled_for datetime can only be up to 168 hours in the future");
    EXPECT_EQ(refusal(with(body(csv), "scheduled_for", "soon")),
              "400 ValidationError: scheduled_for datetime format is invalid. It must be a valid ISO8601 date time "
              "format, https://en.wikipedia.org/wiki/ISO_8601");
    const auto answer = post(at(std::chrono::hours(167)));
    ASSERT_EQ(answer.status, 201) << answer.raw.body;
    EXPECT_EQ(answer.text("/data/job_status"), "scheduled");
    EXPECT_TRUE(answer.at("/data/scheduled_for").is_string());
    EXPECT_EQ(post(with(body(csv), "scheduled_for", nullptr)).status, 201);
}

TEST_F(PostBulk, ChecksTemplatePermissionRateAndSenderBeforeTheList)
{
    const auto before = jobs();
    EXPECT_EQ(refusal(with(body("x"), "template_id", json::value(kUuid))), "400 BadRequestError: Template not found");
    const auto archived = server_->add_template(service_.id, Channel::sms, "x");
    server_->archive_template(service_.id, archived);
    EXPECT_EQ(refusal(body("x", archived)),
              fmt::format("400 BadRequestError: Template {} has been deleted", archived.to_string()));
    const auto texts_only = server_->add_service({.permissions = static_cast<std::uint32_t>(ServicePermission::sms)});
    const auto mail = server_->add_template(texts_only.id, Channel::email, "x");
    EXPECT_EQ(error_text(post_as(texts_only, texts_only.normal, body("x", mail))),
              "400 BadRequestError: Service is not allowed to send emails");
    const auto slow = server_->add_service({.rate_limit = 0});
    const auto text = server_->add_template(slow.id, Channel::sms, "x");
    const auto limited = post_as(slow, slow.team, with(body("x", text), "reply_to_id", json::value(kUuid)));
    EXPECT_EQ(error_text(limited),
              "429 RateLimitError: Exceeded rate limit for key type TEAM of 0 requests per 60 seconds");
    EXPECT_TRUE(limited.raw.header("Retry-After"));
    EXPECT_EQ(refusal(with(body("x"), "reply_to_id", json::value(kUuid))),
              fmt::format("400 BadRequestError: sms_sender_id {} does not exist in database for service id {}", kUuid,
                          service_.id.to_string()));
    EXPECT_EQ(jobs(), before);
}

TEST_F(PostBulk, AListIsRefusedWholeWithWhatIsWrongInIt)
{
    const auto before = jobs();
    EXPECT_EQ(refusal(body("x,y\n1,2\n")), "400 BadRequestError: Missing column headers: name, phone number");
    EXPECT_EQ(refusal(body("phone number,y\n+12028670101,2\n")), "400 BadRequestError: Missing column headers: name");
    EXPECT_EQ(refusal(body("phone number,Phone Number,name\n1,2,3\n")),
              "400 BadRequestError: Duplicate column headers: Phone Number, phone number");
    EXPECT_EQ(refusal(body("phone number,name\n123,Ada\n+12028670101,Bob\n+12028670102,\n,\n,Eve\n")),
              "400 BadRequestError: Some rows have errors. Row 0 - `phone number`: invalid recipient. "
              "Row 2 - `name`: Missing. Row 3 - `phone number`: Missing,`name`: Missing. Row 4 - `phone number`: "
              "Missing.");
    const std::string long_name(900, 'x');
    EXPECT_EQ(refusal(body("phone number,name\n+12028670101,Ada\n+12028670102," + long_name + "xxxxxxxxxxxxxxx\n")),
              "400 BadRequestError: Row 2 - has a character count greater than 918 characters. Some messages may be "
              "too long due to custom content.");
    EXPECT_THAT(refusal(body("phone number,name\n")), StartsWith("400 BadRequestError: Error converting to CSV: "));
    EXPECT_EQ(refusal(rows_body({json::array{"phone number", "name"}, 5})),
              "400 BadRequestError: Error converting to CSV: iterable expected, not int");
    EXPECT_EQ(refusal(body("phone number,name\n+12028675000,Test\n+12028670101,Ada\n")),
              "400 BadRequestError: Bulk sending to testing and non-testing numbers is not supported");
    EXPECT_EQ(jobs(), before);
}

TEST_F(PostBulk, NoMoreThanTwentyRowsAreTold)
{
    std::string csv = "phone number,name\n";
    for (int i = 0; i < 30; ++i) csv += "1,Ada\n";
    const auto text = refusal(body(csv));
    EXPECT_THAT(text, HasSubstr("Row 19 - "));
    EXPECT_THAT(text, ::testing::Not(HasSubstr("Row 20 - ")));
}

TEST_F(PostBulk, NoMoreRowsThanALimitAllows)
{
    const auto small = server_->add_service({.message_limit = 2});
    const auto text = server_->add_template(small.id, Channel::sms, "Hello");
    const auto mail = server_->add_template(small.id, Channel::email, "Hello");
    const std::string csv = "phone number\n+12028670101\n+12028670102\n+12028670103\n";
    EXPECT_EQ(error_text(post_as(small, small.normal, body(csv, text))),
              "400 BadRequestError: You only have 2 remaining sms messages before you reach your daily limit. You've "
              "tried to send 3 sms messages.");
    EXPECT_EQ(error_text(post_as(small, small.normal, body("email address\na@b.gov\nc@b.gov\nd@b.gov\n", mail))),
              "400 BadRequestError: You only have 2 remaining messages before you reach your daily limit. You've "
              "tried to send 3 messages.");
    EXPECT_EQ(post_as(small, small.test, body(csv, text)).status, 201) << "test keys do not count";
    std::string long_csv = "phone number,name\n";
    for (std::size_t i = 0; i <= AcceptBulk::kMaxRows; ++i) long_csv += "+12028670101,A\n";
    EXPECT_EQ(refusal(body(long_csv)), "400 BadRequestError: Too many rows. Maximum number of rows allowed is 100000");
}

TEST_F(PostBulk, TeamKeysAndTrialServicesReachTheirOwnPeopleOnly)
{
    const std::string strangers = "phone number,name\n+12028670101,Ada\n";
    EXPECT_EQ(error_text(post_as(service_, service_.team, body(strangers))),
              "400 BadRequestError: You cannot send to these recipients because you used a team and safelist API key.");
    const auto trial = server_->add_service({.restricted = true});
    const auto text = server_->add_template(trial.id, Channel::sms, "Hello");
    EXPECT_EQ(error_text(post_as(trial, trial.normal, body(strangers, text))),
              "400 BadRequestError: You cannot send to these recipients because your service is in trial mode. You can "
              "only send to members of your team and your safelist.");
    EXPECT_EQ(post_as(trial, trial.test, body(strangers, text)).status, 201) << "a test key reaches nobody";
    server_->add_guest(trial.id, Channel::sms, "+12028670101");
    EXPECT_EQ(post_as(trial, trial.team, body(strangers, text)).status, 201);
    EXPECT_EQ(server_->number(fmt::format("SELECT count(*) FROM jobs WHERE service_id = '{}' AND key_type = 3",
                                          trial.id.to_string())),
              1);
}

TEST_F(PostBulk, AnIdempotencyKeyMakesOneJob)
{
    const auto before = jobs();
    const ApiClient::Headers key{{"Idempotency-Key", "bulk-1"}};
    const auto asked = body("phone number,name\n+12028670101,Ada\n");
    const auto first = post(asked, key);
    ASSERT_EQ(first.status, 201) << first.raw.body;
    const auto again = post(asked, key);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(error_text(post(with(asked, "name", "Others"), key)),
              "422 IdempotencyError: This Idempotency-Key was used with another request body");
    EXPECT_EQ(jobs(), before + 1);
    // As after a crash between the job and its answer.
    server_->run_sql("DELETE FROM idempotency_keys");
    EXPECT_EQ(post(asked, key).text("/data/id"), first.text("/data/id"));
    EXPECT_EQ(jobs(), before + 1);
    // What was refused may be tried again.
    const ApiClient::Headers other{{"Idempotency-Key", "bulk-2"}};
    EXPECT_EQ(post(body("x"), other).status, 400);
    EXPECT_EQ(post(asked, other).status, 201);
}

TEST_F(PostBulk, TheJobTellsHowFarItIs)
{
    const auto id = post(body("phone number,name\n+12028670101,Ada\n+12028670102,Bob\n")).text("/data/id");
    server_->run_sql(fmt::format(
        "UPDATE jobs SET status = 'finished', processing_started = created_at, processing_finished = created_at, "
        "rows_written = 1, rows_refused = 1 WHERE id = '{0}';"
        "INSERT INTO job_refused_rows (service_id, job_id, row_number, reason) "
        "SELECT service_id, id, 1, 'name: Missing' FROM jobs WHERE id = '{0}';"
        "INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, notifications, "
        "billable_units, job_id) SELECT created_at::date, service_id, template_id, channel, key_type, 5, 1, 1, id "
        "FROM jobs WHERE id = '{0}'",
        id));
    ApiClient client(*server_, service_);
    const auto answer = client.get("/v2/jobs/" + id);
    ASSERT_EQ(answer.status, 200) << answer.raw.body;
    EXPECT_EQ(answer.text("/data/id"), id);
    EXPECT_EQ(answer.text("/data/job_status"), "finished");
    EXPECT_TRUE(answer.at("/data/processing_started").is_string());
    EXPECT_EQ(answer.at("/data/statistics"), (json::value{json::object{{"status", "delivered"}, {"count", 1}}}));
    EXPECT_EQ(answer.at("/data/rows_written"), 1);
    EXPECT_EQ(answer.at("/data/rows_refused"), 1);
    EXPECT_EQ(answer.at("/data/refused_rows"),
              (json::value{json::object{{"row_number", 1}, {"reason", "name: Missing"}}}));
    EXPECT_EQ(answer.at("/data/paused"), false);

    EXPECT_EQ(error_text(client.get("/v2/jobs/x")), "400 ValidationError: job_id is not a valid UUID");
    EXPECT_EQ(error_text(client.get(fmt::format("/v2/jobs/{}", kUuid))), "404 NoResultFound: No result found");
    const auto other = server_->add_service();
    ApiClient stranger(*server_, other);
    EXPECT_EQ(stranger.get("/v2/jobs/" + id).status, 404);
}

}  // namespace
}  // namespace herald::http::v2
