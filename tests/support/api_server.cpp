#include "tests/support/api_server.hpp"

#include <atomic>
#include <future>
#include <stdexcept>

#include <fmt/format.h>

#include "base/jwt.hpp"
#include "http/auth/service_authenticator.hpp"
#include "http/auth/sns_authenticator.hpp"
#include "http/context.hpp"
#include "http/routes.hpp"
#include "http/server/dispatcher.hpp"
#include "operations/inbound_contents.hpp"
#include "sql/queries.hpp"
#include "storage/service_store.hpp"
#include "storage/template_store.hpp"
#include "storage/user_store.hpp"
#include "tests/support/http_test_server.hpp"
#include "tests/support/test_objects.hpp"

namespace herald::testing
{

namespace
{

Instant now()
{
    return SystemClock().now();
}

void require(const Result<void>& result)
{
    if (!result) throw std::runtime_error(result.error().message);
}

// Believes nobody.
class NoReceipts final : public ReceiptSource
{
    Task<Result<SignedMessage>> verify(std::string, std::string_view, Instant, Deadline) override
    {
        co_return fail(ErrorKind::bad_request, "validation failed");
    }
    Task<Result<void>> confirm(SignedMessage, Deadline) override
    {
        co_return fail(ErrorKind::bad_request, "validation failed");
    }
};

// In the order of construction. Lives on the loop of the server.
struct Stack
{
    Stack(Loop& loop, const std::string& conninfo, const KeyRing& keys, TestObjects& objects,
          ApiServer::Options& options, std::atomic<bool>& draining)
        : scope(loop.executor()),
          database(loop.executor(), {.conninfo = conninfo, .connections = options.connections}),
          directory(database, keys, clock, {}),
          limiter(database),
          idempotency(database, keys),
          writer(database, scope, loop.executor(), {}, [this](Lane, ServiceId service) { changes.hint(service); }),
          accept(directory, limiter, idempotency, writer, keys, clock, zone, {}),
          turnstile(loop.executor(), options.turnstile),
          notifications(database),
          templates(database),
          unsubscribe(database, keys, clock),
          lists(1, 64),
          bulk({directory, limiter, idempotency, database, objects.uploads(), lists, clock, accept.options()}),
          changes(database, keys, scope, options.changes),
          receipts(options.receipts ? options.receipts : std::make_shared<NoReceipts>()),
          receive(database, keys, clock, zone, options.reader, scope, loop.executor(), {}),
          context{.directory = directory,
                  .accept = accept,
                  .bulk = bulk,
                  .turnstile = turnstile,
                  .notifications = notifications,
                  .templates = templates,
                  .unsubscribe = unsubscribe,
                  .database = database,
                  .reading = database,
                  .uploads = objects.uploads(),
                  .contact_list_files = objects.contact_lists(),
                  .changes = changes,
                  .keys = keys,
                  .clock = clock,
                  .zone = zone,
                  .health = {.database = database,
                             .is_draining =
                                 [&draining]
                             {
                                 return draining.load();
                             }},
                  .intake = {*receipts, receive},
                  .mailbox = std::move(options.mailbox)},
          services(directory, clock, std::string(kAdminClient),
                   std::vector<std::string>{"an-older-secret", kAdminSecret}),
          authenticator(*receipts, services, clock, {.receive_inbound_sms = options.receive_inbound_sms}),
          dispatcher(router, authenticator, context)
    {
        http::add_all_routes(router);
    }

    TaskScope scope;
    SystemClock clock;
    TimeZone zone{"America/New_York"};
    pg::Database database;
    ServiceDirectory directory;
    RateLimiter limiter;
    IdempotencyKeys idempotency;
    NotificationWriter writer;
    AcceptNotification accept;
    http::Turnstile turnstile;
    NotificationStore notifications;
    TemplateStore templates;
    Unsubscribe unsubscribe;
    CpuPool lists;
    AcceptBulk bulk;
    ChangeFeed changes;
    std::shared_ptr<ReceiptSource> receipts;
    ReceiveReceipts receive;
    http::Context context;
    http::Router router;
    http::ServiceAuthenticator services;
    http::SnsAuthenticator authenticator;
    http::Dispatcher dispatcher;
};

template <class Work>
auto call_on(Loop& loop, Work work)
{
    std::promise<decltype(work())> done;
    loop.post([&] { done.set_value(work()); });
    return done.get_future().get();
}

}  // namespace

struct ApiServer::Impl
{
    explicit Impl(Options options)
        : keys(KeyRing::generate()),
          server([this](http::Request& request) { return stack->dispatcher.dispatch(request); }, options.http,
                 [this](http::Request& request) { return stack->dispatcher.admit(request); })
    {
        with_database_at(
            database.conninfo(),
            [](pg::Database& db) -> Task<>
            {
                auto params = pg::Params::of(SystemClock().now(), std::int32_t{10});
                co_await db.run_script("SELECT maintain_partitions(current_date, 10)", soon());
            },
            1);
        call_on(server.loop(),
                [&]
                {
                    stack =
                        std::make_unique<Stack>(server.loop(), database.conninfo(), keys, objects, options, draining);
                    return true;
                });
    }
    ~Impl()
    {
        stop_waiting();
        server.request_stop();
        server.wait_until_stopped();
        Loop& loop = server.loop();
        call_on(loop, [&] { return stack->database.close(), true; });
        while (call_on(loop, [&] { return stack->scope.running(); }) > 0)
        {
        }
        call_on(loop, [&] { return stack.reset(), true; });
    }

    void stop_waiting()
    {
        call_on(server.loop(), [this] { return stack->changes.stop(), true; });
    }

    TestDatabase database;
    KeyRing keys;
    TestObjects objects;
    std::atomic<bool> draining = false;
    std::unique_ptr<Stack> stack;
    test_support::HttpTestServer server;
    int count = 0;  // of what was added
};

ApiServer::ApiServer(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}

ApiServer::~ApiServer() = default;

std::uint16_t ApiServer::port() const
{
    return impl_->server.port();
}

const KeyRing& ApiServer::keys() const
{
    return impl_->keys;
}

const TestDatabase& ApiServer::database() const
{
    return impl_->database;
}

void ApiServer::set_draining(bool draining)
{
    impl_->draining = draining;
}

void ApiServer::stop_waiting()
{
    impl_->stop_waiting();
}

std::size_t ApiServer::waiting() const
{
    return call_on(impl_->server.loop(), [this] { return impl_->stack->changes.waiting(); });
}

void ApiServer::run(const DatabaseTask& body) const
{
    with_database_at(impl_->database.conninfo(), body, 1);
}

void ApiServer::run_sql(const std::string& script) const
{
    run([&script](pg::Database& db) -> Task<> { co_await db.run_script(script, soon()); });
}

std::int64_t ApiServer::number(const std::string& query) const
{
    std::int64_t found = 0;
    const pg::Statement statement{"test_number", query};
    run(
        [&](pg::Database& db) -> Task<>
        {
            auto params = pg::Params();
            const auto rows = co_await db.execute(statement, std::move(params), soon());
            found = rows.get<std::int64_t>(0, 0);
        });
    return found;
}

ObjectStore& ApiServer::uploads() const
{
    return impl_->objects.uploads();
}

ObjectStore& ApiServer::contact_list_files() const
{
    return impl_->objects.contact_lists();
}

UserId ApiServer::member_of(ServiceId service) const
{
    UserId found;
    run(
        [&](pg::Database& db) -> Task<>
        {
            ServiceStore services(db, impl_->keys);
            const auto members = co_await services.list_members(service, soon());
            found = members.at(0).id;
        });
    return found;
}

TestService ApiServer::add_service(ServiceSeed seed)
{
    const int n = ++impl_->count;
    TestService made;
    made.id = ServiceId{make_uuid_v7(now())};
    made.name = fmt::format("{} {}", seed.name, n);
    made.email_from = fmt::format("service.{}", n);
    made.default_sender = SmsSenderId{make_uuid_v7(now())};
    made.other_sender = SmsSenderId{make_uuid_v7(now())};
    made.reply_to = EmailReplyToId{make_uuid_v7(now())};
    Service service;
    service.id = made.id;
    service.name = made.name;
    service.email_from = made.email_from;
    service.restricted = seed.restricted;
    service.message_limit = seed.message_limit;
    service.rate_limit = seed.rate_limit;
    service.permissions = seed.permissions;
    User member;
    member.id = UserId{make_uuid_v7(now())};
    member.name = "Member";
    member.email_address = fmt::format("member{}@example.gov", n);
    member.mobile_number = "+12025550142";
    run(
        [&](pg::Database& db) -> Task<>
        {
            ServiceStore services(db, impl_->keys);
            UserStore users(db);
            require(co_await services.add_service(service, now(), soon()));
            require(co_await users.add(member, now(), soon()));
            co_await services.add_member(made.id, member.id, now(), soon());
            SmsSender sender{made.default_sender, "+18005550199", true};
            co_await services.add_sms_sender(made.id, sender, now(), soon());
            SmsSender other{made.other_sender, "Herald", false};
            co_await services.add_sms_sender(made.id, other, now(), soon());
            EmailReplyTo reply_to{made.reply_to, "help@example.gov", true};
            co_await services.add_email_reply_to(made.id, reply_to, now(), soon());
        });
    made.normal = add_key(made.id, KeyType::normal, "normal");
    made.team = add_key(made.id, KeyType::team, "team");
    made.test = add_key(made.id, KeyType::test, "test");
    if (!seed.active) run_sql(fmt::format("UPDATE services SET active = false WHERE id = '{}'", made.id.to_string()));
    return made;
}

TestKey ApiServer::add_key(ServiceId service, KeyType type, std::string name)
{
    ApiKey key;
    key.id = ApiKeyId{make_uuid_v7(now())};
    key.service_id = service;
    key.name = std::move(name);
    key.secret = make_uuid_v4().to_string();
    key.type = type;
    run(
        [&](pg::Database& db) -> Task<>
        {
            ServiceStore services(db, impl_->keys);
            require(co_await services.add_api_key(key, now(), soon()));
        });
    return {key.id, key.secret};
}

void ApiServer::add_guest(ServiceId service, Channel channel, std::string recipient)
{
    run(
        [&](pg::Database& db) -> Task<>
        {
            ServiceStore services(db, impl_->keys);
            co_await services.add_guest(service, channel, recipient, now(), soon());
        });
}

TemplateId ApiServer::add_template(ServiceId service, Channel type, std::string content, std::string subject,
                                   std::string name)
{
    Template made;
    made.id = TemplateId{make_uuid_v7(now())};
    made.service_id = service;
    made.type = type;
    made.name = std::move(name);
    made.content = std::move(content);
    made.subject = type == Channel::sms ? std::string() : std::move(subject);
    run(
        [&](pg::Database& db) -> Task<>
        {
            TemplateStore templates(db);
            ServiceStore services(db, impl_->keys);
            const auto members = co_await services.list_members(service, soon());
            co_await templates.add(made, members.at(0).id, now(), soon());
        });
    return made.id;
}

void ApiServer::change_template(ServiceId service, TemplateId id, std::string content, bool archived)
{
    run(
        [&](pg::Database& db) -> Task<>
        {
            TemplateStore templates(db);
            auto changed = co_await templates.find(service, id, soon());
            changed->content = content;
            changed->archived = archived;
            co_await templates.update(*changed, std::nullopt, now(), soon());
        });
}

void ApiServer::archive_template(ServiceId service, TemplateId id)
{
    change_template(service, id, "archived", true);
}

InboundSmsId ApiServer::add_received_text(ServiceId service, std::string user_number, std::string content)
{
    const InboundSmsId id{make_uuid_v7(now())};
    const InboundContents contents{std::move(user_number), std::move(content)};
    const std::string provider = "test";
    const std::optional<std::string> none;
    const std::optional<Instant> unknown;
    run(
        [&](pg::Database& db) -> Task<>
        {
            auto params =
                pg::Params::of(service, id, "+18005550199", pg::Bytes{seal_inbound(impl_->keys, id, contents)},
                               provider, none, unknown, now(), add_days(utc_date(now()), 8), utc_date(now()));
            co_await db.execute(sql::add_inbound_sms, std::move(params), soon());
        });
    return id;
}

std::string token_of(const TestService& service, const TestKey& key, std::chrono::seconds age)
{
    return sign_token(service.id.to_string(), key.secret, now() - age);
}

std::string forge_token(std::string_view header, std::string_view claims, std::string_view secret)
{
    const std::string input = base64url_encode(header) + "." + base64url_encode(claims);
    const auto signature = hmac_sha256(secret, input);
    return input + "." +
           base64url_encode(std::string_view(reinterpret_cast<const char*>(signature.data()), signature.size()));
}

std::string ApiAnswer::text(std::string_view path) const
{
    const auto& value = at(path);
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

ApiClient::ApiClient(const ApiServer& server, const TestService& service, const TestKey& key)
    : service_(service), key_(key), client_(server.port(), std::chrono::seconds(30))
{
}

std::string ApiClient::authorization() const
{
    return "Bearer " + token_of(service_, key_);
}

ApiAnswer ApiClient::get(std::string_view target, const Headers& headers)
{
    return request("GET", target, headers, std::nullopt);
}

ApiAnswer ApiClient::post(std::string_view target, const json::value& body, const Headers& headers)
{
    return post_text(target, json::serialize(body), headers);
}

ApiAnswer ApiClient::post_text(std::string_view target, std::string_view body, const Headers& headers)
{
    return request("POST", target, headers, body);
}

ApiAnswer ApiClient::request(std::string_view method, std::string_view target, const Headers& headers,
                             std::optional<std::string_view> body)
{
    auto all = headers;
    all.emplace_back("Authorization", authorization());
    return read_answer(client_.request(method, target, all, body));
}

AdminClient::AdminClient(const ApiServer& server) : client_(server.port(), std::chrono::seconds(30)) {}

ApiAnswer AdminClient::get(std::string_view target)
{
    return request("GET", target, std::nullopt);
}

ApiAnswer AdminClient::post(std::string_view target, const json::value& body)
{
    return request("POST", target, json::serialize(body));
}

ApiAnswer AdminClient::request(std::string_view method, std::string_view target, std::optional<std::string> body)
{
    const ApiClient::Headers headers = {
        {"Authorization", "Bearer " + sign_token(std::string(kAdminClient), std::string(kAdminSecret), now())},
        {"Content-Type", "application/json"}};
    return read_answer(client_.request(method, target, headers, body));
}

ApiAnswer read_answer(test_support::HttpResponse response)
{
    ApiAnswer answer;
    answer.status = response.status;
    if (auto parsed = parse_json(response.body)) answer.body = std::move(*parsed);
    answer.raw = std::move(response);
    return answer;
}

std::string error_text(const ApiAnswer& answer)
{
    if (!answer.body.is_object()) return fmt::format("{} (no JSON)", answer.status);
    const auto& body = answer.object();
    if (const auto* message = body.if_contains("message"))
        return fmt::format("{} {}", answer.status,
                           message->is_string() ? std::string(message->get_string()) : json::serialize(*message));
    const auto* errors = body.if_contains("errors");
    if (errors == nullptr) return fmt::format("{} (no errors)", answer.status);
    std::string text = std::to_string(answer.status);
    for (const auto& error : errors->as_array())
    {
        text += text.size() > 3 ? "; " : " ";
        text += fmt::format("{}: {}", std::string_view(error.at("error").as_string()),
                            std::string_view(error.at("message").as_string()));
    }
    return text;
}

}  // namespace herald::testing
