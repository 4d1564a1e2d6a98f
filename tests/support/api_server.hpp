// The whole API over real sockets, on a real PostgreSQL: what `herald serve --roles api` runs, with a database of its
// own.
//
//     ApiServer server;
//     const auto service = server.add_service({.name = "Licensing"});
//     const auto id = server.add_template(service.id, Channel::sms, "Hello ((name))");
//     ApiClient client(server, service);
//     const auto answer = client.post("/v2/notifications/sms", {{"phone_number", "+12025550123"}, {"template_id",
//     id.to_string()}});
//
// Names and addresses are unique by themselves, so tests share a server and each makes a service.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "domain/services/service.hpp"
#include "http/console/mailbox_page.hpp"
#include "http/server/server.hpp"
#include "http/turnstile.hpp"
#include "operations/change_feed.hpp"
#include "providers/receipt_source.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald
{
class ObjectStore;  // objects/object_store.hpp
}

namespace herald::testing
{

// Who the admin web app is.
inline constexpr const char* kAdminClient = "notify-admin";
inline constexpr const char* kAdminSecret = "internal-secret";

inline constexpr std::uint32_t kMailAndText =
    static_cast<std::uint32_t>(ServicePermission::email) | static_cast<std::uint32_t>(ServicePermission::sms);

struct ServiceSeed
{
    std::string name = "Service";  // a number is put behind it
    std::uint32_t permissions = kMailAndText;
    bool active = true;
    bool restricted = false;
    std::int64_t message_limit = 250'000;
    std::int32_t rate_limit = 300'000;
};

struct TestKey
{
    ApiKeyId id;
    std::string secret;
};

struct TestService
{
    ServiceId id;
    std::string name;
    std::string email_from;
    TestKey normal, team, test;
    SmsSenderId default_sender;  // "+18005550199"
    SmsSenderId other_sender;    // "Herald"
    EmailReplyToId reply_to;     // the default
};

class ApiServer
{
public:
    struct Options
    {
        http::ServerOptions http;
        http::TurnstileOptions turnstile;
        ChangeFeedOptions changes;
        std::function<std::vector<http::MailboxEntry>(std::size_t)> mailbox;
        int connections = 2;
        // Who proves what providers post, and how it is read; null: everything of theirs is refused.
        std::shared_ptr<ReceiptSource> receipts;
        ReportReader reader = nullptr;
        bool receive_inbound_sms = true;
    };
    ApiServer() : ApiServer(Options()) {}
    explicit ApiServer(Options options);
    ApiServer(const ApiServer&) = delete;
    ApiServer& operator=(const ApiServer&) = delete;
    ~ApiServer();

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] const KeyRing& keys() const;
    [[nodiscard]] const TestDatabase& database() const;
    void set_draining(bool draining);
    // Usable from run(), too.
    [[nodiscard]] ObjectStore& uploads() const;
    [[nodiscard]] ObjectStore& contact_list_files() const;
    // What a process does first when it is to stop: nobody waits for changes any more.
    void stop_waiting();
    // For changes.
    [[nodiscard]] std::size_t waiting() const;

    // Runs `body` to its end on a connection of its own.
    void run(const DatabaseTask& body) const;
    void run_sql(const std::string& script) const;
    // The one number that a query gives.
    [[nodiscard]] std::int64_t number(const std::string& query) const;

    // Active, with three keys, senders, and an active member "member<n>@example.gov", "+12025550142".
    TestService add_service(ServiceSeed seed = {});
    [[nodiscard]] UserId member_of(ServiceId service) const;
    TestKey add_key(ServiceId service, KeyType type, std::string name);
    void add_guest(ServiceId service, Channel channel, std::string recipient);
    TemplateId add_template(ServiceId service, Channel type, std::string content, std::string subject = "Subject",
                            std::string name = "Template");
    // A new version.
    void change_template(ServiceId service, TemplateId id, std::string content, bool archived = false);
    void archive_template(ServiceId service, TemplateId id);
    InboundSmsId add_received_text(ServiceId service, std::string user_number, std::string content);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Of now; `age` makes it older (or, negative, of the future).
std::string token_of(const TestService& service, const TestKey& key,
                     std::chrono::seconds age = std::chrono::seconds(0));
// A token of any header and claims, signed as HS256 whatever the header says.
std::string forge_token(std::string_view header, std::string_view claims, std::string_view secret);

struct ApiAnswer
{
    int status = 0;
    test_support::HttpResponse raw;
    json::value body;  // null when it is not JSON

    [[nodiscard]] const json::object& object() const { return body.as_object(); }
    [[nodiscard]] const json::value& at(std::string_view path) const { return body.at_pointer(path); }
    [[nodiscard]] std::string text(std::string_view path) const;
};

// One connection of one caller.
class ApiClient
{
public:
    using Headers = test_support::HttpClient::HeaderList;

    ApiClient(const ApiServer& server, const TestService& service) : ApiClient(server, service, service.normal) {}
    ApiClient(const ApiServer& server, const TestService& service, const TestKey& key);

    ApiAnswer get(std::string_view target, const Headers& headers = {});
    ApiAnswer post(std::string_view target, const json::value& body, const Headers& headers = {});
    // Bytes as they are, with Content-Type application/json unless `headers` says otherwise.
    ApiAnswer post_text(std::string_view target, std::string_view body, const Headers& headers = {});
    ApiAnswer request(std::string_view method, std::string_view target, const Headers& headers,
                      std::optional<std::string_view> body);

    [[nodiscard]] std::string authorization() const;

private:
    const TestService& service_;
    const TestKey& key_;
    test_support::HttpClient client_;
};

// One connection of the admin web app.
class AdminClient
{
public:
    explicit AdminClient(const ApiServer& server);

    ApiAnswer get(std::string_view target);
    ApiAnswer post(std::string_view target, const json::value& body);
    ApiAnswer request(std::string_view method, std::string_view target, std::optional<std::string> body);

private:
    test_support::HttpClient client_;
};

ApiAnswer read_answer(test_support::HttpResponse response);

// {"status_code":400,"errors":[{"error":"BadRequestError","message":"..."}]} as one comparable text:
// "400 BadRequestError: ...". Several errors are separated by "; ". The internal shape: "400 message".
std::string error_text(const ApiAnswer& answer);

}  // namespace herald::testing
