// What the rows of a job became, on messages that a worker has made of a real file.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/manage_jobs.hpp"
#include "operations/process_jobs.hpp"
#include "tests/support/api_server.hpp"

namespace herald::http::internal
{
namespace
{

using namespace herald::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr const char* kNobodysId = "6ce466d0-fd6a-41e5-82f5-e0accb9d11a6";

// Works on what there is to work on until it is done.
Task<> work_on_jobs(const ApiServer& server, pg::Database& database)
{
    const SystemClock clock;
    const TimeZone zone("America/New_York");
    CpuPool pool(1, 64);
    ServiceDirectory directory(database, server.keys(), clock, {});
    const auto executor = co_await asio::this_coro::executor;
    ProcessJobs process(executor, database, server.uploads(), directory, pool, server.keys(), clock, zone, {}, {},
                        [](Lane, ServiceId) {});
    const StopSource never(executor);
    for (const auto& claimed : co_await process.claim(4, soon())) co_await process.run(claimed, never.token());
}

class JobNotifications : public ::testing::Test
{
protected:
    static void SetUpTestSuite() { server_ = std::make_unique<ApiServer>(); }
    static void TearDownTestSuite() { server_.reset(); }

    JobNotifications()
        : admin_(*server_),
          service_(server_->add_service()),
          member_(server_->member_of(service_.id)),
          sms_(server_->add_template(service_.id, Channel::sms, "Hello ((name))", "", "Reminder"))
    {
    }

    // A job that is done: "Person 0" at +12028675000, and so on.
    std::string send(int rows)
    {
        const JobId id{make_uuid_v4()};
        std::string file = "phone number,name\r\n";
        for (int i = 0; i < rows; ++i) file += fmt::format("+1202867{:04},Person {}\r\n", 5000 + i, i);
        const ObjectMetadata words = {{"notification_count", std::to_string(rows)},
                                      {"template_id", sms_.to_string()},
                                      {"valid", "True"},
                                      {"original_file_name", "people.csv"}};
        server_->run([&](pg::Database&) -> Task<>
                     { co_await server_->uploads().put(job_object_key(service_.id, id), file, words, soon()); });
        const json::object body = {{"id", id.to_string()}, {"created_by", member_.to_string()}};
        EXPECT_EQ(admin_.post(fmt::format("/service/{}/job", service_.id.to_string()), body).status, 201);
        with_database_at(server_->database().conninfo(),
                         [&](pg::Database& database) -> Task<> { co_await work_on_jobs(*server_, database); });
        return id.to_string();
    }

    [[nodiscard]] std::string path_of(const std::string& id, std::string_view rest) const
    {
        return fmt::format("/service/{}/job/{}{}", service_.id.to_string(), id, rest);
    }
    // A change of rows, counted as the statements of the product count it.
    void fail_row(const std::string& id, int row) const
    {
        server_->run_sql(fmt::format(
            "WITH changed AS (UPDATE notifications SET status = 9, updated_at = now() WHERE job_id = '{}' AND "
            "job_row_number = {} RETURNING *) INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, "
            "key_type, status, notifications, billable_units, job_id) SELECT local_date, service_id, template_id, "
            "channel, key_type, s.status, s.n, 0, job_id FROM changed, (VALUES (1, -1), (9, 1)) s (status, n)",
            id, row));
    }
    std::vector<std::int64_t> rows_of(const std::string& id, std::string_view query = "")
    {
        std::vector<std::int64_t> rows;
        const auto answer = admin_.get(path_of(id, "/notifications") + std::string(query));
        EXPECT_EQ(answer.status, 200) << answer.raw.body;
        if (answer.status != 200) return rows;
        for (const auto& one : answer.at("/notifications").as_array())
            rows.push_back(one.at("job_row_number").to_number<std::int64_t>());
        return rows;
    }

    static std::unique_ptr<ApiServer> server_;
    AdminClient admin_;
    TestService service_;
    UserId member_;
    TemplateId sms_;
};
std::unique_ptr<ApiServer> JobNotifications::server_;

TEST_F(JobNotifications, AreShownWithAllThatIsKnown)
{
    const auto id = send(2);
    const auto answer = admin_.get(path_of(id, "/notifications"));
    ASSERT_EQ(answer.status, 200) << answer.raw.body;
    EXPECT_EQ(answer.at("/total"), 2);
    EXPECT_EQ(answer.at("/page_size"), 50);
    EXPECT_EQ(answer.at("/links"), json::value(json::object()));
    const auto& one = answer.at("/notifications/1");
    EXPECT_THAT(std::string(one.at("created_at").as_string()), MatchesRegex(R"(2[0-9-]{9}T[0-9:]{8}\+00:00)"));
    const json::object shown = {{"api_key", nullptr},
                                {"billable_units", 0},  // until it is handed over
                                {"client_reference", nullptr},
                                {"created_at", one.at("created_at")},
                                {"created_by",
                                 {{"id", member_.to_string()},
                                  {"name", "Member"},
                                  {"email_address", one.at_pointer("/created_by/email_address")}}},
                                {"document_download_count", nullptr},
                                {"id", one.at("id")},
                                {"international", false},
                                {"job", {{"id", id}, {"original_file_name", "people.csv"}}},
                                {"job_row_number", 1},
                                {"key_name", nullptr},
                                {"key_type", "normal"},
                                {"normalised_to", "+12028675001"},
                                {"notification_type", "sms"},
                                {"personalisation", one.at("personalisation")},
                                {"phone_prefix", "1"},
                                {"provider_response", nullptr},
                                {"rate_multiplier", 1.0},
                                {"reference", nullptr},
                                {"reply_to_text", one.at("reply_to_text")},
                                {"sent_at", nullptr},
                                {"sent_by", nullptr},
                                {"service", service_.id.to_string()},
                                {"status", "created"},
                                {"template",
                                 {{"id", sms_.to_string()},
                                  {"version", 1},
                                  {"name", "Reminder"},
                                  {"template_type", "sms"},
                                  {"content", "Hello ((name))"},
                                  {"subject", nullptr},
                                  {"redact_personalisation", false}}},
                                {"to", "+12028675001"},
                                {"updated_at", nullptr}};
    EXPECT_EQ(one, json::value(shown));
    EXPECT_EQ(one.at_pointer("/personalisation/name"), "Person 1");
    EXPECT_THAT(std::string(one.at_pointer("/created_by/email_address").as_string()), StartsWith("member"));
    EXPECT_THAT(answer.raw.body, ::testing::HasSubstr("\"rate_multiplier\":1.0"));
}

TEST_F(JobNotifications, ComeInTheOrderOfTheirRowsByNumberedPages)
{
    const auto id = send(5);
    EXPECT_THAT(rows_of(id), ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(rows_of(id, "?page=2&page_size=2"), ElementsAre(2, 3));
    const auto path = path_of(id, "/notifications");
    EXPECT_EQ(admin_.get(path + "?page=2&page_size=2&status=created").at("/links"),
              json::value(json::object{{"prev", path + "?page=1&page_size=2&status=created"},
                                       {"next", path + "?page=3&page_size=2&status=created"},
                                       {"last", path + "?page=3&page_size=2&status=created"}}));
    for (const auto* page : {"4", "9223372036854775807"})
        EXPECT_THAT(error_text(admin_.get(path + "?page_size=2&page=" + page)), StartsWith("404 The requested URL"));
    EXPECT_EQ(admin_.get(path + "?page_size=100000").at("/page_size"), 250);
}

TEST_F(JobNotifications, EachFilter)
{
    const auto id = send(4);
    fail_row(id, 2);
    const auto total = [&](std::string_view query)
    {
        return admin_.get(path_of(id, "/notifications") + std::string(query)).at("/total").to_number<std::int64_t>();
    };
    EXPECT_THAT(rows_of(id, "?status=failed"), ElementsAre(2));
    EXPECT_EQ(total("?status=failed"), 1);
    EXPECT_THAT(rows_of(id, "?status=created&status=sending"), ElementsAre(0, 1, 3));
    EXPECT_EQ(total("?status=created&status=sending"), 3);
    EXPECT_EQ(total("?status=created&page_size=1"), 3);
    EXPECT_THAT(rows_of(id, "?status=elephant"), IsEmpty());
    EXPECT_THAT(rows_of(id, "?template_type=email"), IsEmpty());
    EXPECT_THAT(rows_of(id, "?template_type=sms&template_type=email"), ElementsAre(0, 1, 2, 3));
    EXPECT_EQ(
        error_text(admin_.get(path_of(id, "/notifications?page=0&page_size=x&template_type=letter&older_than=1"))),
        R"(400 {"older_than":["Not a valid UUID."],"page":["Not a positive integer"],)"
        R"("page_size":["Not a valid integer."],"template_type":["Must be one of: sms, email."]})");
}

TEST_F(JobNotifications, AreCountedByTheJob)
{
    const auto id = send(3);
    fail_row(id, 0);
    const auto job = admin_.get(path_of(id, ""));
    EXPECT_EQ(job.at("/data/job_status"), "finished");
    EXPECT_THAT(job.at("/data/statistics").as_array(),
                UnorderedElementsAre(json::value(json::object{{"status", "created"}, {"count", 2}}),
                                     json::value(json::object{{"status", "permanent-failure"}, {"count", 1}})));
    EXPECT_EQ(admin_.get(path_of(id, "/notification_count")).body, json::value(json::object{{"count", 3}}));
    const auto service = service_.id.to_string();
    EXPECT_EQ(admin_.get(fmt::format("/service/{}/job", service)).at("/data/0"), job.at("/data"));
    EXPECT_EQ(admin_.get(fmt::format("/service/{}/upload", service)).at("/data/0/statistics"),
              job.at("/data/statistics"));
}

TEST_F(JobNotifications, AreTheLinesOfACsvFile)
{
    const auto id = send(2);
    fail_row(id, 1);
    server_->run_sql(
        fmt::format("UPDATE notifications SET created_at = '2026-11-23T14:05:07.5Z', client_reference = "
                    "'case 7' WHERE job_id = '{}' AND job_row_number = 1",
                    id));
    const auto answer = admin_.get(path_of(id, "/notifications?format_for_csv=True&page_size=100000"));
    ASSERT_EQ(answer.status, 200) << answer.raw.body;
    EXPECT_EQ(answer.at("/page_size"), 5000);
    const auto& line = answer.at("/notifications/1");
    const json::object shown = {{"row_number", 2},
                                {"recipient", "+12028675001"},
                                {"client_reference", "case 7"},
                                {"template_name", "Reminder"},
                                {"template_type", "sms"},
                                {"job_name", "people.csv"},
                                {"status", "Phone number doesn\u2019t exist"},
                                {"created_at", "2026-11-23 09:05:07"},
                                {"created_by_name", "Member"},
                                {"created_by_email_address", line.at("created_by_email_address")}};
    EXPECT_EQ(line, json::value(shown));
    EXPECT_EQ(answer.at("/notifications/0/status"), "Sending");
    EXPECT_EQ(answer.at("/notifications/0/client_reference"), "");
}

TEST_F(JobNotifications, OfAJobThatIsNotThereThereAreNone)
{
    const auto answer = admin_.get(path_of(kNobodysId, "/notifications"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.at("/notifications"), json::value(json::array()));
    EXPECT_EQ(answer.at("/total"), 0);
    EXPECT_EQ(admin_.get(path_of(kNobodysId, "/notifications?page=2")).status, 404);
    const auto id = send(1);
    const auto other = server_->add_service();
    const auto elsewhere = fmt::format("/service/{}/job/{}/notifications", other.id.to_string(), id);
    EXPECT_EQ(admin_.get(elsewhere).at("/notifications"), json::value(json::array()));
}

TEST_F(JobNotifications, AreNotShownOnceTheirDayHasCome)
{
    const auto id = send(2);
    server_->run_sql(
        fmt::format("UPDATE notifications SET status = 5, purge_on = current_date - 1 WHERE job_id = '{}'", id));
    const auto answer = admin_.get(path_of(id, "/notifications"));
    EXPECT_EQ(answer.at("/notifications"), json::value(json::array()));
    EXPECT_EQ(answer.at("/total"), 0);
    EXPECT_EQ(admin_.get(path_of(id, "/notification_count")).at("/count"), 2);
}

}  // namespace
}  // namespace herald::http::internal
