// Attacks on every route, made from the route tables and api/openapi.json: a new route is attacked without anybody
// writing a line, and one that this suite cannot fill in fails it.
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/routes.hpp"
#include "tests/support/api_server.hpp"

namespace herald::http
{
namespace
{

using namespace herald::testing;
using test_support::HttpClient;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kNobodysId = "6ce466d0-fd6a-41e5-82f5-e0accb9d11a6";
constexpr std::string_view kHs256 = R"({"alg":"HS256","typ":"JWT"})";

std::string replaced(std::string text, std::string_view what, std::string_view by)
{
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

const std::vector<const Route*>& all_routes()
{
    static const Router router = []
    {
        Router made;
        add_all_routes(made);
        return made;
    }();
    return router.routes();
}

// The path as the document has it: without converters.
std::string documented_path(const Route& route)
{
    return replaced(replaced(std::string(route.path), ":int}", "}"), ":uuid}", "}");
}

bool takes_body(const Route& route)
{
    return route.method != Method::get && route.method != Method::head;
}

// Who signs: a service for Auth::service_key, the admin app for Auth::internal_client.
struct Signer
{
    std::string issuer;
    std::string secret;
};

struct Attack
{
    std::string what;
    HttpClient::HeaderList headers;
};

std::int64_t now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}

std::string claims_of(const Signer& signer, std::int64_t age = 0, std::string_view more = "")
{
    return fmt::format(R"({{"iss":"{}","iat":{}{}}})", signer.issuer, now() - age, more);
}

std::vector<Attack> attacks_on(const Signer& victim, const Signer& attacker)
{
    std::vector<Attack> all;
    const auto add = [&all](std::string what, const std::string& token)
    {
        all.push_back({std::move(what), {{"Authorization", "Bearer " + token}}});
    };
    const auto good = forge_token(kHs256, claims_of(victim), victim.secret);
    const auto without_signature = good.substr(0, good.rfind('.') + 1);
    for (const auto* algorithm : {"none", "None", "HS384", "HS512", "RS256", "ES256", "hs256", ""})
    {
        const auto header = fmt::format(R"({{"alg":"{}","typ":"JWT"}})", algorithm);
        const auto token = forge_token(header, claims_of(victim), victim.secret);
        add(fmt::format("algorithm '{}'", algorithm), token);
        add(fmt::format("algorithm '{}', not signed", algorithm), token.substr(0, token.rfind('.') + 1));
    }
    add("no algorithm", forge_token(R"({"typ":"JWT"})", claims_of(victim), victim.secret));
    add("not signed", without_signature);
    add("an empty secret", forge_token(kHs256, claims_of(victim), ""));
    add("the issuer as secret", forge_token(kHs256, claims_of(victim), victim.issuer));
    add("another's key", forge_token(kHs256, claims_of(victim), attacker.secret));
    add("one's own key for another's name", forge_token(kHs256, claims_of(attacker), victim.secret));
    add("replayed after the window", forge_token(kHs256, claims_of(victim, 40), victim.secret));
    add("of the future", forge_token(kHs256, claims_of(victim, -40), victim.secret));
    add("expired", forge_token(kHs256, claims_of(victim, 0, fmt::format(R"(,"exp":{})", now() - 60)), victim.secret));
    add("not valid yet",
        forge_token(kHs256, claims_of(victim, 0, fmt::format(R"(,"nbf":{})", now() + 60)), victim.secret));
    add("no iat", forge_token(kHs256, fmt::format(R"({{"iss":"{}"}})", victim.issuer), victim.secret));
    add("an iat that is no number",
        forge_token(kHs256, fmt::format(R"({{"iss":"{}","iat":"now"}})", victim.issuer), victim.secret));
    add("no iss", forge_token(kHs256, fmt::format(R"({{"iat":{}}})", now()), victim.secret));
    add("two issuers",
        forge_token(kHs256, fmt::format(R"({{"iss":"{}","iss":"{}","iat":{}}})", attacker.issuer, victim.issuer, now()),
                    attacker.secret));
    add("two algorithms", forge_token(R"({"alg":"none","alg":"HS256"})", claims_of(victim), victim.secret));
    add("a signature cut short", good.substr(0, good.size() - 4));
    add("text behind the signature", good + ".e30");
    add("larger than a token may be", good.substr(0, good.rfind('.')) + std::string(9000, 'A'));
    all.push_back({"two Authorization headers", {{"Authorization", "Bearer " + good}, {"Authorization", "Bearer x"}}});
    return all;
}

class RouteSecurity : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        server_ = std::make_unique<ApiServer>();
        constexpr auto kLater = static_cast<std::uint32_t>(ServicePermission::schedule_notifications);
        own_ = server_->add_service({.name = "Own", .permissions = kMailAndText | kLater});
        other_ = server_->add_service({.name = "Other", .permissions = kMailAndText | kLater});
        HttpClient client(server_->port());
        document_ = *parse_json(client.get("/openapi.json").body);
        own_ids_ = ids_of(own_);
        other_ids_ = ids_of(other_);
        own_internal_ids_ = internal_ids_of(own_);
        for (const auto& id : internal_ids_of(other_)) other_ids_.push_back(id);
        for (const auto& id : {other_.id.to_string(), other_.normal.id.to_string(), other_.team.id.to_string(),
                               other_.default_sender.to_string(), other_.reply_to.to_string()})
            other_ids_.push_back(id);
    }
    static void TearDownTestSuite() { server_.reset(); }

    // Of what a service has, one of each: what its routes can be asked for.
    static std::vector<std::string> ids_of(const TestService& service)
    {
        const auto sms = server_->add_template(service.id, Channel::sms, "Hello").to_string();
        const auto email = server_->add_template(service.id, Channel::email, "Hello").to_string();
        const auto received = server_->add_received_text(service.id, "+12025550177", "Hello").to_string();
        ApiClient client(*server_, service);
        json::object message{{"phone_number", "+12025550123"}, {"template_id", sms}};
        const auto sent = client.post("/v2/notifications/sms", message).text("/id");
        message["scheduled_for"] = format_v2(SystemClock().now() + std::chrono::hours(1));
        const auto later = client.post("/v2/notifications/sms", message).text("/id");
        const json::object list{{"template_id", sms}, {"name", "x"}, {"csv", "phone number\n+12025550123\n"}};
        const auto job = client.post("/v2/notifications/bulk", list).text("/data/id");
        return {sms, email, received, sent, later, job};
    }

    // What the admin app can ask for besides: a contact list, and a job that has not begun.
    static std::vector<std::string> internal_ids_of(const TestService& service)
    {
        const auto list = make_uuid_v4().to_string();
        const auto job = make_uuid_v4().to_string();
        const auto path = fmt::format("/service/{}/contact-list", service.id.to_string());
        EXPECT_EQ(AdminClient(*server_).post(path, contact_list(service, list)).status, 201);
        server_->run_sql(
            fmt::format("INSERT INTO jobs (service_id, id, original_file_name, object_key, template_id, "
                        "template_version, channel, key_type, notification_count, status, created_at, scheduled_for) "
                        "VALUES ('{}', '{}', 'x.csv', 'x', gen_random_uuid(), 1, 1, 1, 1, 'scheduled', now(), "
                        "now() + interval '1 day')",
                        service.id.to_string(), job));
        return {list, job};
    }
    static json::object contact_list(const TestService& service, std::string_view id)
    {
        return {{"id", id},
                {"original_file_name", "x.csv"},
                {"row_count", 1},
                {"template_type", "sms"},
                {"created_by", server_->member_of(service.id).to_string()}};
    }

    // Rows of every table that outlives a crash (rate limits do not).
    static std::int64_t rows()
    {
        return server_->number(
            "SELECT sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', relname), false, "
            "true, '')))[1]::text::bigint)::bigint FROM pg_class WHERE relnamespace = 'public'::regnamespace AND "
            "relkind = 'r' AND relpersistence = 'p'");
    }

    static const json::object* operation_of(const Route& route)
    {
        const auto* path = document_.at("paths").as_object().if_contains(documented_path(route));
        if (path == nullptr) return nullptr;
        std::string method(to_string(route.method));
        for (char& letter : method) letter = static_cast<char>(letter | 0x20);
        const auto* operation = path->as_object().if_contains(method);
        return operation == nullptr ? nullptr : &operation->as_object();
    }

    static const json::value& resolved(const json::value& schema)
    {
        const auto* reference = schema.as_object().if_contains("$ref");
        if (reference == nullptr) return schema;
        return document_.at_pointer(std::string_view(reference->as_string()).substr(1));
    }

    // What the document offers for a value; nullopt when it says nothing.
    static std::optional<json::value> sample(const json::value& schema, std::string_view id)
    {
        const auto& object = schema.as_object();
        if (const auto* format = object.if_contains("format"); format != nullptr && *format == "uuid")
            return json::value(id);
        if (const auto* values = object.if_contains("enum")) return values->as_array().front();
        if (const auto* values = object.if_contains("examples")) return values->as_array().front();
        if (const auto* type = object.if_contains("type"); type != nullptr && *type == "integer") return 1;
        return std::nullopt;
    }

    static std::optional<std::string> parameter_text(const Route& route, std::string_view parameter,
                                                     std::string_view id)
    {
        // What the admin app asks for is a service's: everything else in its path is that service's, or should be.
        if (route.auth == Auth::internal_client && parameter.starts_with("service_id")) return own_.id.to_string();
        if (parameter.ends_with(":uuid") || parameter.ends_with("_id")) return std::string(id);
        if (parameter.ends_with(":int")) return "1";
        const auto* operation = operation_of(route);
        if (operation == nullptr) return "x";  // no part of the public API, so there is nothing to be had
        for (const auto& described : operation->at("parameters").as_array())
        {
            const auto& one = resolved(described);
            if (std::string_view(one.at("name").as_string()) != parameter) continue;
            if (const auto value = sample(one.at("schema"), id)) return std::string(value->as_string());
        }
        return std::nullopt;
    }

    static std::string target_of(const Route& route, std::string_view id)
    {
        std::string target(route.path);
        for (auto open = target.find('{'); open != std::string::npos; open = target.find('{'))
        {
            const auto close = target.find('}', open);
            const auto text = parameter_text(route, target.substr(open + 1, close - open - 1), id);
            if (!text) ADD_FAILURE() << route.path << ": this suite does not know what to fill in";
            target.replace(open, close - open + 1, text.value_or("x"));
        }
        return target;
    }

    static const json::object* body_schema(const Route& route)
    {
        const auto* operation = operation_of(route);
        const auto* body = operation == nullptr ? nullptr : operation->if_contains("requestBody");
        if (body == nullptr) return nullptr;
        return &resolved(body->at_pointer("/content/application~1json/schema")).as_object();
    }

    // What a body must have: of alternatives, the first.
    static std::vector<std::string_view> required_members(const json::object& schema)
    {
        std::vector<std::string_view> names;
        const auto add = [&](const json::object& part)
        {
            const auto* required = part.if_contains("required");
            if (required == nullptr) return;
            for (const auto& name : required->as_array()) names.push_back(name.as_string());
        };
        add(schema);
        if (const auto* ways = schema.if_contains("oneOf")) add(ways->as_array().front().as_object());
        return names;
    }

    // The least body that the document allows, with `id` for every id.
    static json::object body_of(const Route& route, std::string_view id)
    {
        json::object body;
        const auto* schema = body_schema(route);
        if (schema == nullptr) return body;
        for (const auto name : required_members(*schema))
        {
            const auto value = sample(resolved(schema->at("properties").at(name)), id);
            if (value)
                body[name] = *value;
            else
                ADD_FAILURE() << route.path << ": api/openapi.json has no example for " << name;
        }
        return body;
    }

    static std::vector<std::string> id_members(const Route& route)
    {
        std::vector<std::string> names;
        const auto* schema = body_schema(route);
        if (schema == nullptr) return names;
        for (const auto& member : schema->at("properties").as_object())
        {
            const auto* format = resolved(member.value()).as_object().if_contains("format");
            if (format != nullptr && *format == "uuid") names.emplace_back(member.key());
        }
        return names;
    }

    static std::vector<std::string> id_arguments(const Route& route)
    {
        std::vector<std::string> names;
        const auto* operation = operation_of(route);
        const auto* parameters = operation == nullptr ? nullptr : operation->if_contains("parameters");
        if (parameters == nullptr) return names;
        for (const auto& described : parameters->as_array())
        {
            const auto& one = resolved(described).as_object();
            const auto* format = one.at("schema").as_object().if_contains("format");
            if (one.at("in") == "query" && format != nullptr && *format == "uuid")
                names.emplace_back(one.at("name").as_string());
        }
        return names;
    }

    static ApiAnswer ask(const Route& route, const std::string& target, const std::optional<json::object>& body,
                         HttpClient::HeaderList headers)
    {
        HttpClient client(server_->port());
        headers.emplace_back("Content-Type", "application/json");
        const auto text = body ? std::optional(json::serialize(*body)) : std::nullopt;
        return read_answer(client.request(to_string(route.method), target, headers, text));
    }
    static std::optional<json::object> usual_body(const Route& route, std::string_view id)
    {
        return takes_body(route) ? std::optional(body_of(route, id)) : std::nullopt;
    }

    static Signer signer_of(const TestService& service) { return {service.id.to_string(), service.normal.secret}; }
    static Signer admin_app() { return {kAdminClient, kAdminSecret}; }
    static HttpClient::HeaderList as_admin_app()
    {
        return {{"Authorization", "Bearer " + forge_token(kHs256, claims_of(admin_app()), kAdminSecret)}};
    }
    // Who the route is for.
    static HttpClient::HeaderList as_caller_of(const Route& route)
    {
        return route.auth == Auth::internal_client ? as_admin_app() : as_own();
    }
    static HttpClient::HeaderList as_own() { return {{"Authorization", "Bearer " + token_of(own_, own_.normal)}}; }

    static void expect_shape(const Route& route, const ApiAnswer& answer, std::string_view what)
    {
        ASSERT_TRUE(answer.body.is_object()) << route.path << " " << what << " " << answer.raw.body;
        const bool is_v2 = answer.object().contains("errors");
        EXPECT_TRUE(is_v2 || answer.object().contains("result")) << route.path << " " << what;
        if (route.shape == ErrorShape::v2 && answer.status != 404 && answer.status != 405)
            EXPECT_TRUE(is_v2) << route.path << " " << what << " " << answer.raw.body;
        for (const auto* inside : {"std::", "boost", "SELECT", "pg_", "/src/", "SQLSTATE", "exception"})
            EXPECT_THAT(answer.raw.body, Not(HasSubstr(inside))) << route.path << " " << what;
    }

    static std::unique_ptr<ApiServer> server_;
    static TestService own_;
    static TestService other_;
    static std::vector<std::string> own_ids_;
    static std::vector<std::string> own_internal_ids_;
    static std::vector<std::string> other_ids_;
    static json::value document_;
};
std::unique_ptr<ApiServer> RouteSecurity::server_;
TestService RouteSecurity::own_;
TestService RouteSecurity::other_;
std::vector<std::string> RouteSecurity::own_ids_;
std::vector<std::string> RouteSecurity::own_internal_ids_;
std::vector<std::string> RouteSecurity::other_ids_;
json::value RouteSecurity::document_;

// The others are for strangers, or what is asked is signed itself.
bool asks_for_token(const Route& route)
{
    return route.auth == Auth::service_key || route.auth == Auth::internal_client;
}

bool names_more_than_a_service(const Route& route)
{
    return route.path.find("_id", route.path.find("service_id") + 10) != std::string_view::npos;
}

// What is made of a file that has to be in the object store: http/internal tests them.
bool needs_an_upload(const Route& route)
{
    return route.method == Method::post && route.path == "/service/{service_id:uuid}/job";
}

// Without this the suite would find closed doors where there is only a wrong address.
TEST_F(RouteSecurity, EveryRouteWithAKeyOpensForItsOwner)
{
    for (const Route* route : all_routes())
    {
        if (route->auth != Auth::service_key || operation_of(*route) == nullptr) continue;
        std::set<int> statuses;
        for (const auto& id : own_ids_)
            statuses.insert(ask(*route, target_of(*route, id), usual_body(*route, id), as_own()).status / 100);
        EXPECT_TRUE(statuses.contains(2))
            << to_string(route->method) << " " << route->path << " cannot be asked for anything";
    }
}

// Of the admin app's, what each body holds is said here: the document is about the public API. Changes things, so each
// of them is asked for what it may use up.
TEST_F(RouteSecurity, EveryInternalRouteOpensForTheAdminApp)
{
    const auto body_for = [&](const Route& route) -> std::optional<json::object>
    {
        if (!takes_body(route)) return std::nullopt;
        if (route.path.ends_with("/contact-list")) return contact_list(own_, make_uuid_v4().to_string());
        return json::object();
    };
    for (const Route* route : all_routes())
    {
        if (route->auth != Auth::internal_client || needs_an_upload(*route)) continue;
        std::set<int> statuses;
        for (const auto& id : own_internal_ids_)
            statuses.insert(ask(*route, target_of(*route, id), body_for(*route), as_admin_app()).status / 100);
        EXPECT_TRUE(statuses.contains(2))
            << to_string(route->method) << " " << route->path << " cannot be asked for anything";
    }
}

TEST_F(RouteSecurity, KeysOfServicesOpenNoInternalRoute)
{
    const auto before = rows();
    for (const Route* route : all_routes())
    {
        if (route->auth != Auth::internal_client) continue;
        const auto target = target_of(*route, own_internal_ids_.front());
        for (const auto* key : {&own_.normal, &own_.team, &own_.test})
        {
            const HttpClient::HeaderList headers = {{"Authorization", "Bearer " + token_of(own_, *key)}};
            EXPECT_EQ(error_text(ask(*route, target, usual_body(*route, kNobodysId), headers)),
                      R"(401 {"token":["Unauthorized: not allowed to perform this action"]})")
                << route->path;
        }
        for (const auto* issuer : {"Notify-Admin", "notify-admin ", "notify-admi", "", "*"})
        {
            const auto claims = claims_of({issuer, kAdminSecret});
            const HttpClient::HeaderList headers = {
                {"Authorization", "Bearer " + forge_token(kHs256, claims, kAdminSecret)}};
            EXPECT_THAT(ask(*route, target, usual_body(*route, kNobodysId), headers).status, AnyOf(401, 403))
                << route->path << " '" << issuer << "'";
        }
    }
    EXPECT_EQ(rows(), before);
}

TEST_F(RouteSecurity, TheAdminAppIsNoService)
{
    const auto before = rows();
    const std::string as_service = claims_of({own_.id.to_string(), kAdminSecret});
    for (const Route* route : all_routes())
    {
        if (route->auth != Auth::service_key) continue;
        const auto target = target_of(*route, own_ids_.front());
        const auto answer = ask(*route, target, usual_body(*route, own_ids_.front()), as_admin_app());
        EXPECT_EQ(answer.status, 403) << route->path;
        EXPECT_THAT(answer.raw.body, HasSubstr("Invalid token: service id is not the right data type")) << route->path;
        const HttpClient::HeaderList headers = {
            {"Authorization", "Bearer " + forge_token(kHs256, as_service, kAdminSecret)}};
        EXPECT_EQ(ask(*route, target, usual_body(*route, own_ids_.front()), headers).status, 403) << route->path;
    }
    EXPECT_EQ(rows(), before);
}

// Secrets are changed without a pause: the new one is added, the app is given it, the old one goes.
TEST_F(RouteSecurity, EachSecretOfTheAdminAppOpens)
{
    const auto path = fmt::format("/service/{}/contact-list", own_.id.to_string());
    for (const auto* secret : {kAdminSecret, "an-older-secret"})
    {
        HttpClient client(server_->port());
        const auto token = forge_token(kHs256, claims_of({kAdminClient, secret}), secret);
        EXPECT_EQ(client.get(path, {{"Authorization", "Bearer " + token}}).status, 200) << secret;
    }
}

TEST_F(RouteSecurity, NobodyWithoutATokenIsHeardNorHisBodyRead)
{
    const auto before = rows();
    for (const Route* route : all_routes())
    {
        if (!asks_for_token(*route)) continue;
        const auto target = target_of(*route, own_ids_.front());
        const auto answer = ask(*route, target, usual_body(*route, own_ids_.front()), {});
        EXPECT_EQ(answer.status, 401) << route->path;
        expect_shape(*route, answer, "no token");
        HttpClient client(server_->port());
        client.send_raw(fmt::format("{} {} HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n",
                                    to_string(route->method), target));
        EXPECT_EQ(client.read_response().status, 401) << route->path;
        EXPECT_TRUE(client.closed_by_server()) << route->path;
    }
    EXPECT_EQ(rows(), before);
}

TEST_F(RouteSecurity, ForgedTokensOpenNothing)
{
    const auto before = rows();
    for (const Route* route : all_routes())
    {
        if (!asks_for_token(*route)) continue;
        const bool internal = route->auth == Auth::internal_client;
        const Signer victim = internal ? admin_app() : signer_of(own_);
        const auto id = own_ids_.front();
        const auto attacks = attacks_on(victim, signer_of(other_));
        for (const auto& attack : attacks)
        {
            const auto answer = ask(*route, target_of(*route, id), usual_body(*route, id), attack.headers);
            if (internal)
                EXPECT_THAT(answer.status, AnyOf(401, 403)) << route->path << " " << attack.what;
            else
                EXPECT_EQ(answer.status, 403) << route->path << " " << attack.what << " " << answer.raw.body;
            expect_shape(*route, answer, attack.what);
        }
    }
    EXPECT_EQ(rows(), before);
}

TEST_F(RouteSecurity, WhatHasToBeSignedAndIsNotIsRefused)
{
    const auto before = rows();
    for (const Route* route : all_routes())
    {
        if (asks_for_token(*route) || route->auth == Auth::none) continue;
        for (const std::string_view body :
             {"", "{}", "List-Unsubscribe=One-Click", R"({"Type": "Notification", "MessageId": "1", "Message": "{}"})"})
        {
            HttpClient client(server_->port());
            const auto target = target_of(*route, own_ids_.front());
            const auto answer =
                read_answer(client.request(to_string(route->method), target, as_own(), std::string(body)));
            EXPECT_GE(answer.status, 400) << route->path << " " << body;
            EXPECT_LT(answer.status, 500) << route->path << " " << body;
        }
    }
    EXPECT_EQ(rows(), before);
}

// Another's id is answered like one that nobody has.
TEST_F(RouteSecurity, IdsOfAnotherServiceLeadNowhere)
{
    const auto before = rows();
    const auto expect_alike = [](const Route& route, std::string_view where, const auto& ask_for)
    {
        const ApiAnswer nobodys = ask_for(std::string(kNobodysId));
        for (const auto& id : other_ids_)
        {
            const ApiAnswer answer = ask_for(id);
            EXPECT_EQ(answer.status, nobodys.status) << route.path << " " << where;
            EXPECT_EQ(replaced(answer.raw.body, id, kNobodysId), nobodys.raw.body) << route.path << " " << where;
        }
    };
    for (const Route* route : all_routes())
    {
        if (!asks_for_token(*route)) continue;
        if (route->auth == Auth::internal_client ? !names_more_than_a_service(*route) : operation_of(*route) == nullptr)
            continue;
        const auto headers = as_caller_of(*route);
        if (route->path.find("_id") != std::string_view::npos)
            expect_alike(*route, "in the path", [&](const std::string& id)
                         { return ask(*route, target_of(*route, id), usual_body(*route, own_ids_.front()), headers); });
        for (const auto& name : id_arguments(*route))
            expect_alike(*route, name,
                         [&](const std::string& id)
                         {
                             const auto target = target_of(*route, own_ids_.front()) + "?" + name + "=" + id;
                             return ask(*route, target, usual_body(*route, own_ids_.front()), headers);
                         });
        for (const auto& own : own_ids_)
        {
            for (const auto& name : id_members(*route))
                expect_alike(*route, name,
                             [&](const std::string& id)
                             {
                                 auto body = body_of(*route, own);
                                 body[name] = id;
                                 return ask(*route, target_of(*route, own), body, headers);
                             });
        }
    }
    EXPECT_EQ(rows(), before);
}

std::string nested(std::string_view open, std::string_view close, int depth)
{
    std::string text;
    for (int i = 0; i < depth; ++i) text += open;
    for (int i = 0; i < depth; ++i) text += close;
    return text;
}

TEST_F(RouteSecurity, BodiesThatNobodyShouldSendAreRefused)
{
    const auto before = rows();
    const std::pair<std::string_view, std::string> bodies[] = {
        {"truncated", R"({"a": "b)"},
        {"no JSON", "<script>alert(1)</script>"},
        {"deep arrays", nested("[", "]", 5000)},
        {"deep objects", nested("{\"a\":", "}", 5000)},
        {"invalid UTF-8", "{\"a\": \"\xc3\x28\"}"},
        {"a NUL", std::string("{\"a\": \"x\0y\"}", 12)},
        {"a huge number", R"({"a": 1e999999})"},
        {"a key twice", R"({"template_id": "a", "template_id": "b"})"},
        {"4 MB of nothing", std::string(4'000'000, ' ')},
    };
    for (const Route* route : all_routes())
    {
        if (!takes_body(*route)) continue;
        const auto target = target_of(*route, own_ids_.front());
        for (const auto& [what, body] : bodies)
        {
            HttpClient client(server_->port());
            auto headers = as_caller_of(*route);
            headers.emplace_back("Content-Type", "application/json");
            const auto answer = read_answer(client.request(to_string(route->method), target, headers, body));
            if (!asks_for_token(*route))
            {
                EXPECT_LT(answer.status, 500) << route->path << " " << what;  // it may look at none of it
                continue;
            }
            // 404: what is to be deleted or cancelled is named by the path alone, and leads nowhere here.
            const bool is_named = route->auth == Auth::internal_client && route->path.ends_with('}');
            const bool is_cancelled = route->path.ends_with("/cancel");
            EXPECT_THAT(answer.status, AnyOf(400, 403, is_named || is_cancelled ? 404 : 400))
                << route->path << " " << what << " " << answer.raw.body;
            expect_shape(*route, answer, what);
        }
    }
    EXPECT_EQ(rows(), before);
}

TEST_F(RouteSecurity, BodiesThatAreTooLargeAreNotRead)
{
    for (const Route* route : all_routes())
    {
        HttpClient client(server_->port());
        client.send_raw(fmt::format("{} {} HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\nContent-Length: 5000001\r\n\r\n",
                                    to_string(route->method), target_of(*route, own_ids_.front()),
                                    as_own().front().second));
        EXPECT_EQ(client.read_response().status, 413) << route->path;
    }
}

TEST_F(RouteSecurity, MethodsThatAPathDoesNotHaveAre405)
{
    std::map<std::string, std::set<std::string>> methods;
    for (const Route* route : all_routes())
    {
        auto& known = methods[target_of(*route, kNobodysId)];
        known.insert({std::string(to_string(route->method)), "OPTIONS"});
        if (route->method == Method::get) known.insert("HEAD");
    }
    // What different routes answer under one path is asked of the router.
    Router router;
    add_all_routes(router);
    for (auto& [target, known] : methods)
    {
        PathParameters ignored;
        const auto allowed = router.match(Method::other, target, ignored).allowed;
        for (const auto* method : {"GET", "POST", "PUT", "PATCH", "DELETE", "BREW", "TRACE"})
        {
            const auto list = ", " + Router::allow_header(allowed) + ", ";
            if (list.find(fmt::format(", {}, ", method)) != std::string::npos) continue;
            HttpClient client(server_->port());
            const auto answer = client.request(method, target, as_own(), std::nullopt);
            EXPECT_EQ(answer.status, 405) << method << " " << target;
            EXPECT_EQ(answer.header("Allow"), Router::allow_header(allowed)) << method << " " << target;
        }
        for (const auto& method : known) EXPECT_THAT(Router::allow_header(allowed), HasSubstr(method)) << target;
    }
}

}  // namespace
}  // namespace herald::http
