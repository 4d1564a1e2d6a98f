#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/manage_contact_lists.hpp"
#include "operations/manage_jobs.hpp"
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

constexpr const char* kNobodysId = "6ce466d0-fd6a-41e5-82f5-e0accb9d11a6";

std::string in_hours(int hours)
{
    return format_v2(SystemClock().now() + std::chrono::hours(hours));
}

class Jobs : public ::testing::Test
{
protected:
    static void SetUpTestSuite() { server_ = std::make_unique<ApiServer>(); }
    static void TearDownTestSuite() { server_.reset(); }

    Jobs()
        : admin_(*server_),
          service_(server_->add_service()),
          path_(fmt::format("/service/{}/job", service_.id.to_string())),
          member_(server_->member_of(service_.id).to_string()),
          sms_(server_->add_template(service_.id, Channel::sms, "Hello ((name))", "", "Reminder")),
          email_(server_->add_template(service_.id, Channel::email, "Hello ((name))", "", "Letter"))
    {
    }

    [[nodiscard]] ObjectMetadata metadata() const
    {
        return {{"notification_count", "3"},
                {"template_id", sms_.to_string()},
                {"valid", "True"},
                {"original_file_name", "people.csv"}};
    }
    std::string upload(ObjectMetadata words) const
    {
        const JobId id{make_uuid_v4()};
        server_->run(
            [&](pg::Database&) -> Task<>
            {
                co_await server_->uploads().put(job_object_key(service_.id, id),
                                                "phone number,name\r\n+12025550123,Ada\r\n", words, soon());
            });
        return id.to_string();
    }
    std::string upload() const { return upload(metadata()); }

    [[nodiscard]] json::object wanted(const std::string& id) const { return {{"id", id}, {"created_by", member_}}; }
    ApiAnswer create(const std::string& id, const json::object& more = {})
    {
        auto body = wanted(id);
        for (const auto& one : more) body[one.key()] = one.value();
        return admin_.post(path_, body);
    }
    std::string create_scheduled(int hours)
    {
        const auto id = upload();
        EXPECT_EQ(create(id, {{"scheduled_for", in_hours(hours)}}).status, 201);
        return id;
    }
    std::string refusal(const json::object& more) { return error_text(create(upload(), more)); }
    // The same with a word of the metadata changed, or left out.
    std::string refusal_of_word(const std::string& name, std::optional<std::string> value)
    {
        auto words = metadata();
        if (value)
            words[name] = *value;
        else
            words.erase(name);
        return error_text(create(upload(words)));
    }

    void run_sql(std::string_view change, const std::string& id) const
    {
        server_->run_sql(fmt::format("UPDATE jobs SET {} WHERE id = '{}'", change, id));
    }
    [[nodiscard]] std::string job_path(const std::string& id, std::string_view rest = "") const
    {
        return fmt::format("{}/{}{}", path_, id, rest);
    }
    std::vector<std::string> listed(std::string_view query = "")
    {
        std::vector<std::string> ids;
        const auto answer = admin_.get(path_ + std::string(query));
        EXPECT_EQ(answer.status, 200) << answer.raw.body;
        if (answer.status != 200) return ids;
        for (const auto& one : answer.at("/data").as_array()) ids.emplace_back(one.at("id").as_string());
        return ids;
    }

    static std::unique_ptr<ApiServer> server_;
    AdminClient admin_;
    TestService service_;
    std::string path_;
    std::string member_;
    TemplateId sms_;
    TemplateId email_;
};
std::unique_ptr<ApiServer> Jobs::server_;

TEST_F(Jobs, AreMadeOfWhatTheUploadSays)
{
    const auto id = upload();
    const auto made = create(id);
    ASSERT_EQ(made.status, 201) << made.raw.body;
    EXPECT_THAT(made.text("/data/created_at"), MatchesRegex(R"(2[0-9-]{9}T[0-9:]{8}\+00:00)"));
    const json::object shown = {{"id", id},
                                {"archived", false},
                                {"contact_list_id", nullptr},
                                {"created_at", made.text("/data/created_at")},
                                {"created_by", {{"id", member_}, {"name", "Member"}}},
                                {"job_status", "pending"},
                                {"notification_count", 3},
                                {"original_file_name", "people.csv"},
                                {"processing_finished", nullptr},
                                {"processing_started", nullptr},
                                {"scheduled_for", nullptr},
                                {"service", service_.id.to_string()},
                                {"service_name", {{"name", service_.name}}},
                                {"statistics", json::array()},
                                {"template", sms_.to_string()},
                                {"template_name", "Reminder"},
                                {"template_type", "sms"},
                                {"template_version", 1},
                                {"updated_at", nullptr}};
    EXPECT_EQ(made.body, json::value(json::object{{"data", shown}}));
    EXPECT_EQ(admin_.get(job_path(id)).body, made.body);
    EXPECT_EQ(error_text(create(id)).substr(0, 3), "409");
}

TEST_F(Jobs, CanBeScheduledForAWeekAtTheMost)
{
    const auto id = upload();
    const auto made = create(id, {{"scheduled_for", in_hours(167)}});
    ASSERT_EQ(made.status, 201) << made.raw.body;
    EXPECT_EQ(made.at("/data/job_status"), "scheduled");
    EXPECT_THAT(made.text("/data/scheduled_for"), MatchesRegex(R"(2[0-9-]{9}T[0-9:]{8}\+00:00)"));
    EXPECT_EQ(refusal({{"scheduled_for", in_hours(-1)}}), R"(400 {"scheduled_for":["Date cannot be in the past"]})");
    EXPECT_EQ(refusal({{"scheduled_for", in_hours(169)}}),
              R"(400 {"scheduled_for":["Date cannot be more than 7 days in the future"]})");
    EXPECT_EQ(refusal({{"scheduled_for", "tomorrow"}}), R"(400 {"scheduled_for":["Not a valid datetime."]})");
    EXPECT_EQ(refusal({{"scheduled_for", 5}}), R"(400 {"scheduled_for":["Not a valid datetime."]})");
}

TEST_F(Jobs, FaultsOfTheRequestAreNamedByField)
{
    EXPECT_EQ(error_text(admin_.post(path_, json::object())), R"(400 {"id":["Missing data for required field."]})");
    EXPECT_EQ(error_text(admin_.post(path_, {{"id", "x"}})), R"(400 {"id":["Not a valid UUID."]})");
    EXPECT_EQ(error_text(admin_.post(path_, {{"id", upload()}})),
              R"(400 {"created_by":["Missing data for required field."]})");
    EXPECT_EQ(refusal({{"created_by", kNobodysId}}), R"(400 {"created_by":["There is no such user"]})");
    EXPECT_EQ(refusal({{"contact_list_id", "x"}}), R"(400 {"contact_list_id":["Not a valid UUID."]})");
    EXPECT_EQ(refusal({{"contact_list_id", kNobodysId}}), "404 No result found");
    EXPECT_EQ(error_text(admin_.post(path_, json::array())), R"(400 {"_schema":["Invalid input type."]})");
    EXPECT_THAT(error_text(admin_.request("POST", path_, "{")), StartsWith("400 Failed to decode JSON object: "));
    EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(Jobs, UploadsThatAreNotReadyMakeNone)
{
    EXPECT_EQ(error_text(create(kNobodysId)), R"(400 {"id":["Missing data for required field."]})");
    EXPECT_EQ(refusal_of_word("valid", "False"), "400 File is not valid, can't create job");
    EXPECT_EQ(refusal_of_word("valid", std::nullopt), "400 File is not valid, can't create job");
    EXPECT_EQ(refusal_of_word("original_file_name", std::nullopt),
              R"(400 {"id":["Missing data for required field."]})");
    EXPECT_EQ(refusal_of_word("template_id", kNobodysId), "404 No result found");
    const auto other = server_->add_service();
    const auto others = server_->add_template(other.id, Channel::sms, "Hello");
    EXPECT_EQ(refusal_of_word("template_id", others.to_string()), "404 No result found");
    server_->archive_template(service_.id, sms_);
    EXPECT_EQ(error_text(create(upload())), R"(400 {"template":["Template has been deleted"]})");
    EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(Jobs, ServicesThatAreNotThereOrArchivedMakeNone)
{
    EXPECT_EQ(error_text(admin_.post(fmt::format("/service/{}/job", kNobodysId), wanted(upload()))),
              "404 No result found");
    const auto archived = server_->add_service({.active = false});
    const auto path = fmt::format("/service/{}/job", archived.id.to_string());
    EXPECT_EQ(error_text(admin_.post(path, wanted(upload()))), "403 Create job is not allowed: service is inactive ");
}

TEST_F(Jobs, KnowTheContactListTheyWereMadeFrom)
{
    const ContactListId list{make_uuid_v4()};
    const json::object body = {{"id", list.to_string()},
                               {"original_file_name", "Readers.csv"},
                               {"row_count", 3},
                               {"template_type", "sms"},
                               {"created_by", member_}};
    const auto lists = fmt::format("/service/{}/contact-list", service_.id.to_string());
    ASSERT_EQ(admin_.post(lists, body).status, 201);
    const auto id = upload();
    const auto made = create(id, {{"contact_list_id", list.to_string()}});
    EXPECT_EQ(made.at("/data/contact_list_id"), json::value(list.to_string()));
    const auto plain = upload();
    create(plain);
    EXPECT_THAT(listed("?contact_list_id=" + list.to_string()), ElementsAre(id));
    EXPECT_THAT(listed(), ElementsAre(plain, id));
    EXPECT_EQ(admin_.get(lists + "/" + list.to_string()).at("/recent_job_count"), 1);
    EXPECT_EQ(error_text(admin_.get(path_ + "?contact_list_id=x")), "404 No result found");

    const auto other = server_->add_service();
    const auto elsewhere = fmt::format("/service/{}/contact-list", other.id.to_string());
    auto foreign = body;
    foreign["id"] = kNobodysId;
    ASSERT_EQ(admin_.post(elsewhere, foreign).status, 201);
    EXPECT_EQ(refusal({{"contact_list_id", kNobodysId}}), "404 No result found") << "another service's";
}

TEST_F(Jobs, AreCancelledWhileTheyAreScheduled)
{
    const auto id = create_scheduled(1);
    const auto cancelled = admin_.post(job_path(id, "/cancel"), json::object());
    ASSERT_EQ(cancelled.status, 200) << cancelled.raw.body;
    EXPECT_EQ(cancelled.at("/data/job_status"), "cancelled");
    EXPECT_EQ(cancelled.at("/data/statistics"), json::value(json::array()));
    EXPECT_EQ(error_text(admin_.post(job_path(id, "/cancel"), json::object())), "404 No result found");
    const auto begun = upload();
    create(begun);
    EXPECT_EQ(error_text(admin_.post(job_path(begun, "/cancel"), json::object())), "404 No result found");
    EXPECT_EQ(admin_.get(job_path(begun)).at("/data/job_status"), "pending");
}

TEST_F(Jobs, AreToldWhenTheNextOneBegins)
{
    EXPECT_EQ(admin_.get(path_ + "/scheduled-job-stats").body,
              json::value(json::object{{"count", 0}, {"soonest_scheduled_for", nullptr}}));
    create_scheduled(2);
    const auto sooner = create_scheduled(1);
    create(upload());
    run_sql("scheduled_for = '2037-01-02T03:04:05Z'", sooner);
    server_->run_sql(
        fmt::format("UPDATE jobs SET scheduled_for = '2038-01-01Z' WHERE service_id = '{}' AND id <> '{}' "
                    "AND status = 'scheduled'",
                    service_.id.to_string(), sooner));
    EXPECT_EQ(admin_.get(path_ + "/scheduled-job-stats").body,
              json::value(json::object{{"count", 2}, {"soonest_scheduled_for", "2037-01-02T03:04:05+00:00"}}));
}

TEST_F(Jobs, IdsThatLeadNowhere)
{
    const auto other = server_->add_service();
    const auto id = upload();
    ASSERT_EQ(create(id).status, 201);
    const auto elsewhere = fmt::format("/service/{}/job/{}", other.id.to_string(), id);
    for (const auto& path :
         {elsewhere, job_path(kNobodysId), job_path("nonsense"), fmt::format("/service/{}/job/{}", kNobodysId, id)})
    {
        EXPECT_EQ(error_text(admin_.get(path)), "404 No result found") << path;
        EXPECT_EQ(error_text(admin_.post(path + "/cancel", json::object())), "404 No result found") << path;
        EXPECT_EQ(error_text(admin_.get(path + "/notification_count")), "404 No result found") << path;
    }
    EXPECT_EQ(error_text(admin_.get(job_path("nonsense", "/notifications"))), "404 No result found");
}

TEST_F(Jobs, AreListedWhatHasNotBegunFirst)
{
    EXPECT_EQ(
        admin_.get(path_).body,
        json::value(json::object{{"data", json::array()}, {"links", json::object()}, {"page_size", 50}, {"total", 0}}));
    const auto old = upload();
    const auto young = upload();
    const auto waiting = upload();
    for (const auto& id : {old, young, waiting}) ASSERT_EQ(create(id).status, 201);
    run_sql(
        "status = 'finished', processing_started = now() - interval '3 days', created_at = now() - interval '3 "
        "days'",
        old);
    run_sql("status = 'in progress', processing_started = now()", young);
    EXPECT_THAT(listed(), ElementsAre(waiting, young, old));
    EXPECT_THAT(listed("?limit_days=1"), ElementsAre(waiting, young));
    EXPECT_THAT(listed("?limit_days="), ElementsAre(waiting, young, old));
    EXPECT_THAT(listed("?statuses=finished,in%20progress"), ElementsAre(young, old));
    EXPECT_THAT(listed("?statuses=%20pending%20,elephant"), ElementsAre(waiting));
    EXPECT_THAT(listed("?statuses=elephant"), IsEmpty());
    EXPECT_THAT(listed("?statuses="), ElementsAre(waiting, young, old));
    EXPECT_EQ(error_text(admin_.get(path_ + "?limit_days=x")), R"(400 {"limit_days":["x is not an integer"]})");
    EXPECT_EQ(error_text(admin_.get(path_ + "?page=x")), R"(400 {"page":["Not a valid integer."]})");
}

TEST_F(Jobs, ComeInNumberedPages)
{
    server_->run_sql(fmt::format(
        "INSERT INTO jobs (service_id, id, original_file_name, object_key, template_id, template_version, channel, "
        "key_type, notification_count, status, created_at, processing_started) SELECT '{}', gen_random_uuid(), "
        "'x.csv', "
        "'x', '{}', 1, 2, 1, 1, 'finished', now(), now() FROM generate_series(1, 101)",
        service_.id.to_string(), sms_.to_string()));
    for (const auto& path : {path_, fmt::format("/service/{}/upload", service_.id.to_string())})
    {
        auto answer = admin_.get(path);
        ASSERT_EQ(answer.status, 200) << answer.raw.body;
        EXPECT_EQ(answer.at("/total"), 101);
        EXPECT_EQ(answer.at("/page_size"), 50);
        EXPECT_EQ(answer.at("/data").as_array().size(), 50U);
        EXPECT_EQ(answer.at("/links"),
                  json::value(json::object{{"next", path + "?page=2"}, {"last", path + "?page=3"}}));
        answer = admin_.get(path + "?page=3&limit_days=1");
        EXPECT_EQ(answer.at("/data").as_array().size(), 1U);
        EXPECT_EQ(answer.at("/links"), json::value(json::object{{"prev", path + "?page=2"}}));
        for (const auto* page : {"0", "-1", "4", "9223372036854775807"})
            EXPECT_THAT(error_text(admin_.get(path + "?page=" + page)),
                        StartsWith("404 The requested URL was not found"))
                << page;
    }
}

TEST_F(Jobs, UploadsAreThoseWhoseMessagesAreKept)
{
    const auto path = fmt::format("/service/{}/upload", service_.id.to_string());
    const auto ids = [&](std::string_view query = "")
    {
        std::vector<std::string> found;
        const auto answer = admin_.get(path + std::string(query));
        for (const auto& one : answer.at("/data").as_array()) found.emplace_back(one.at("id").as_string());
        return found;
    };
    const auto old = upload();
    const auto young = upload();
    const auto gone = upload();
    for (const auto& id : {old, young, gone}) ASSERT_EQ(create(id).status, 201);
    create_scheduled(1);
    run_sql(
        "status = 'finished', processing_started = now() - interval '6 days', created_at = now() - interval '6 "
        "days'",
        old);
    run_sql(
        "status = 'finished', processing_started = now() - interval '9 days', created_at = now() - interval '9 "
        "days'",
        gone);
    run_sql("created_at = '2026-11-23T09:05:07.25Z', processing_started = now()", young);
    EXPECT_THAT(ids(), ElementsAre(young, old));
    EXPECT_THAT(ids("?limit_days=x"), ElementsAre(young, old));
    EXPECT_EQ(admin_.get(path + "?page=x").status, 404);
    const json::object shown = {{"id", young},
                                {"original_file_name", "people.csv"},
                                {"notification_count", 3},
                                {"created_at", "2026-11-23 09:05:07"},
                                {"upload_type", "job"},
                                {"template_type", "sms"},
                                {"recipient", nullptr},
                                {"statistics", json::array()}};
    EXPECT_EQ(admin_.get(path).at("/data/0"), json::value(shown));
    EXPECT_THAT(ids("?limit_days=3"), ElementsAre(young));
    run_sql("status = 'cancelled'", old);
    EXPECT_THAT(ids(), ElementsAre(young));
    EXPECT_EQ(admin_.get(fmt::format("/service/{}/upload", kNobodysId)).at("/total"), 0);
}

}  // namespace
}  // namespace herald::http::internal
