// Live answers of every endpoint, good and bad, against the schemas of api/openapi.json.
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/routes.hpp"
#include "tests/support/api_server.hpp"
#include "tests/support/json_schema.hpp"

namespace herald::http
{
namespace
{

using namespace herald::testing;
using ::testing::IsEmpty;

constexpr std::string_view kUuid = "6ce466d0-fd6a-41e5-82f5-e0accb9d11a6";

class OpenApiAnswers : public ::testing::Test
{
protected:
    OpenApiAnswers()
    {
        test_support::HttpClient client(server_.port());
        const auto answer = client.get("/openapi.json");
        document_ = *parse_json(answer.body);
        text_ = server_.add_template(service_.id, Channel::sms, "Hello ((name))");
        mail_ = server_.add_template(service_.id, Channel::email, "Hello ((name))", "About ((name))");
        server_.add_received_text(service_.id, "+12025550177", "STOP");
        server_.add_received_text(service_.id, "+12025550177", "START");
    }

    // `operation`: "get /v2/templates". The answer must be one that the document has, with that body.
    ApiAnswer check(const std::string& operation, int status, ApiAnswer answer)
    {
        EXPECT_EQ(answer.status, status) << operation << " " << answer.raw.body;
        const auto space = operation.find(' ');
        const auto& paths = document_.at("paths").as_object();
        const auto& responses =
            paths.at(operation.substr(space + 1)).at(operation.substr(0, space)).at("responses").as_object();
        const auto* response = responses.if_contains(std::to_string(status));
        EXPECT_NE(response, nullptr) << operation << " " << status << " is not in the document";
        if (response == nullptr) return answer;
        check_body(operation, *response, answer);
        check_headers(operation, *response, answer);
        seen_.insert(operation);
        return answer;
    }

    void check_body(const std::string& operation, const json::value& response, const ApiAnswer& answer)
    {
        const auto& content = response.at("content").as_object();
        const auto type = answer.raw.header("Content-Type").value_or("");
        const auto* media = content.if_contains(type.substr(0, type.find(';')));
        ASSERT_NE(media, nullptr) << operation << " " << type;
        const json::value body =
            type.starts_with("application/json") ? answer.body : json::value(json::string(answer.raw.body));
        EXPECT_THAT(JsonSchema(document_).faults(media->at("schema"), body), IsEmpty())
            << operation << " " << answer.raw.body.substr(0, 500);
    }

    void check_headers(const std::string& operation, const json::value& response, const ApiAnswer& answer)
    {
        const auto* headers = response.as_object().if_contains("headers");
        if (headers == nullptr) return;
        for (const auto& header : headers->as_object())
            EXPECT_TRUE(answer.raw.header(std::string(header.key())))
                << operation << " " << std::string_view(header.key());
    }

    void check_v1(ApiClient& client, test_support::HttpClient& stranger)
    {
        const json::object values{{"name", "Ada"}};
        const json::object sms{{"to", "+12025550123"}, {"template", text_.to_string()}, {"personalisation", values}};
        const json::object email{
            {"to", "ada@example.gov"}, {"template", mail_.to_string()}, {"personalisation", values}};
        const std::string post = "post /notifications/{notification_type}";
        const auto sent = check(post, 201, client.post("/notifications/sms", sms)).text("/data/notification/id");
        check(post, 201, client.post("/notifications/email", email));
        check(post, 400, client.post("/notifications/sms", json::object()));
        check(post, 400, client.post("/notifications/letter", json::object()));
        check(post, 401, read_answer(stranger.post("/notifications/sms", "{}")));
        check("get /notifications/{notification_id}", 200, client.get("/notifications/" + sent));
        check("get /notifications/{notification_id}", 404, client.get(fmt::format("/notifications/{}", kUuid)));
        check("get /notifications", 200, client.get("/notifications?page_size=1&page=2"));
        check("get /notifications", 400, client.get("/notifications?page=0"));
        check("get /notifications", 404, client.get("/notifications?page=99"));
        check("get /notifications", 403, read_answer(stranger.get("/notifications", {{"Authorization", "Bearer x"}})));
    }

    void check_system()
    {
        test_support::HttpClient client(server_.port());
        check("get /_status", 200, read_answer(client.get("/_status")));
        check("get /_status", 200, read_answer(client.get("/_status?simple=1")));
        check("post /_status", 200, read_answer(client.request("POST", "/_status", {}, "")));
        server_.set_draining(true);
        check("get /_status", 503, read_answer(client.get("/_status")));
        server_.set_draining(false);
        check("get /metrics", 200, read_answer(client.get("/metrics")));
        check("get /openapi.json", 200, read_answer(client.get("/openapi.json")));
    }

    void check_lists(ApiClient& client, test_support::HttpClient& stranger)
    {
        const std::string bulk = "post /v2/notifications/bulk";
        const json::object list{
            {"template_id", text_.to_string()}, {"name", "People"}, {"csv", "phone number,name\n+12025550123,Ada\n"}};
        const auto job = check(bulk, 201, client.post("/v2/notifications/bulk", list)).text("/data/id");
        check(bulk, 400, client.post("/v2/notifications/bulk", json::object()));
        check(bulk, 401, read_answer(stranger.post("/v2/notifications/bulk", "{}")));
        check("get /v2/jobs/{job_id}", 200, client.get("/v2/jobs/" + job));
        check("get /v2/jobs/{job_id}", 400, client.get("/v2/jobs/x"));
        check("get /v2/jobs/{job_id}", 404, client.get(fmt::format("/v2/jobs/{}", kUuid)));
    }

    void check_schedule(json::object sms)
    {
        const auto later = server_.add_service(
            {.permissions = kMailAndText | static_cast<std::uint32_t>(ServicePermission::schedule_notifications)});
        ApiClient client(server_, later);
        const auto path = [](const std::string& id)
        {
            return fmt::format("/v2/notifications/{}/cancel", id);
        };
        sms["template_id"] = server_.add_template(later.id, Channel::sms, "Hello").to_string();
        const auto now = client.post("/v2/notifications/sms", sms).text("/id");
        sms["scheduled_for"] = format_v2(SystemClock().now() + std::chrono::hours(1));
        const auto sent =
            check("post /v2/notifications/sms", 201, client.post("/v2/notifications/sms", sms)).text("/id");
        const std::string cancel = "post /v2/notifications/{notification_id}/cancel";
        check(cancel, 200, client.post(path(sent), json::object()));
        check(cancel, 400, client.post(path("x"), json::object()));
        check(cancel, 404, client.post(path(std::string(kUuid)), json::object()));
        check(cancel, 409, client.post(path(now), json::object()));
    }

    // What the limits and the keys of idempotency answer.
    void check_refusals(json::object sms)
    {
        const auto limited = server_.add_service({.rate_limit = 0});
        ApiClient late(server_, limited);
        check("post /v2/notifications/sms", 429, late.post("/v2/notifications/sms", sms));
        const json::object v1{{"to", "+12025550123"}, {"template", text_.to_string()}};
        check("post /notifications/{notification_type}", 429, late.post("/notifications/sms", v1));
        ApiClient client(server_, service_);
        const ApiClient::Headers key{{"Idempotency-Key", "k"}};
        check("post /v2/notifications/sms", 201, client.post("/v2/notifications/sms", sms, key));
        sms["reference"] = "other";
        check("post /v2/notifications/sms", 422, client.post("/v2/notifications/sms", sms, key));
    }

    ApiServer server_;
    TestService service_ = server_.add_service();
    TemplateId text_;
    TemplateId mail_;
    json::value document_;
    std::set<std::string> seen_;
};

TEST_F(OpenApiAnswers, FitTheirSchemas)
{
    ApiClient client(server_, service_);
    test_support::HttpClient stranger(server_.port());
    const json::object values{{"name", "Ada"}};
    const json::object sms{
        {"phone_number", "+12025550123"}, {"template_id", text_.to_string()}, {"personalisation", values}};
    const json::object email{{"email_address", "ada@example.gov"},
                             {"template_id", mail_.to_string()},
                             {"personalisation", {{"name", "[Ada](https://a.b)"}}},
                             {"sanitise_content_for", {"name"}}};
    const auto sent = check("post /v2/notifications/sms", 201, client.post("/v2/notifications/sms", sms)).text("/id");
    check("post /v2/notifications/sms", 400, client.post("/v2/notifications/sms", json::object()));
    check("post /v2/notifications/sms", 401, read_answer(stranger.post("/v2/notifications/sms", "{}")));
    check("post /v2/notifications/email", 201, client.post("/v2/notifications/email", email));
    check("post /v2/notifications/email", 400, client.post("/v2/notifications/email", sms));

    check("get /v2/notifications", 200, client.get("/v2/notifications"));
    check("get /v2/notifications", 200, client.get("/v2/notifications?status=delivered"));
    check("get /v2/notifications", 400, client.get("/v2/notifications?x=1"));
    const auto changes = check("get /v2/notifications/changes", 200, client.get("/v2/notifications/changes?wait=5"));
    EXPECT_FALSE(changes.at("/changes").as_array().empty());
    check("get /v2/notifications/changes", 400, client.get("/v2/notifications/changes?after=x"));
    check("get /v2/notifications/{notification_id}", 200, client.get("/v2/notifications/" + sent));
    check("get /v2/notifications/{notification_id}", 400, client.get("/v2/notifications/x"));
    check("get /v2/notifications/{notification_id}", 404, client.get(fmt::format("/v2/notifications/{}", kUuid)));

    check("get /v2/templates", 200, client.get("/v2/templates"));
    check("get /v2/templates", 400, client.get("/v2/templates?type=x"));
    for (const auto& id : {text_.to_string(), mail_.to_string()})
    {
        check("get /v2/template/{template_id}", 200, client.get("/v2/template/" + id));
        check("get /v2/template/{template_id}/version/{version}", 200, client.get("/v2/template/" + id + "/version/1"));
        check("post /v2/template/{template_id}/preview", 200,
              client.post("/v2/template/" + id + "/preview", json::object{{"personalisation", values}}));
        check("post /v2/template/{template_id}/preview", 400,
              client.post("/v2/template/" + id + "/preview", json::object()));
    }
    check("get /v2/template/{template_id}", 404, client.get(fmt::format("/v2/template/{}", kUuid)));
    check("get /v2/template/{template_id}/version/{version}", 404,
          client.get(fmt::format("/v2/template/{}/version/7", text_.to_string())));
    check("get /v2/received-text-messages", 200, client.get("/v2/received-text-messages"));
    check("get /v2/received-text-messages", 400, client.get("/v2/received-text-messages?older_than=x"));

    check_lists(client, stranger);
    check_schedule(sms);
    check_v1(client, stranger);
    check_system();
    check_refusals(sms);

    std::size_t described = 0;
    for (const auto& path : document_.at("paths").as_object()) described += path.value().as_object().size();
    EXPECT_EQ(seen_.size(), described) << "an operation was not asked";
}

}  // namespace
}  // namespace herald::http
