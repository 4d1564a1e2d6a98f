// A name that resolves to something public when it is looked at and to something private when it is used: the resolver
// of this process is replaced for names under "rebind.example", and counts.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/deadline.hpp"
#include "runtime/http_client.hpp"
#include "runtime/loop.hpp"
#include "runtime/outbound_url.hpp"
#include "runtime/task_scope.hpp"
#include "tests/support/http_imposter.hpp"

namespace herald
{
namespace
{

using test::HttpImposter;

// Never given out to anybody: global unicast by its prefix, and nobody routes it.
constexpr const char* kPublic = "2000::1";
constexpr const char* kPrivate = "127.0.0.1";

class Resolver
{
public:
    void answer(std::vector<std::vector<std::string>> answers)
    {
        const std::lock_guard lock(mutex_);
        answers_ = std::move(answers);
        lookups_ = 0;
    }
    [[nodiscard]] int lookups() const
    {
        const std::lock_guard lock(mutex_);
        return lookups_;
    }
    // The n-th answer for the n-th look-up, the last one from then on.
    std::vector<std::string> next()
    {
        const std::lock_guard lock(mutex_);
        const auto at = std::min<std::size_t>(static_cast<std::size_t>(lookups_++), answers_.size() - 1);
        return answers_.at(at);
    }

private:
    mutable std::mutex mutex_;  // curl resolves on a thread of its own
    std::vector<std::vector<std::string>> answers_;
    int lookups_ = 0;
};

Resolver& resolver()
{
    static Resolver one;
    return one;
}

// One entry as the C library's own freeaddrinfo() can free it: in one piece, the address behind the head.
addrinfo* make_entry(const std::string& text, const char* service, addrinfo* next)
{
    const bool is_v6 = text.find(':') != std::string::npos;
    const std::size_t length = is_v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    auto* entry = static_cast<addrinfo*>(std::calloc(1, sizeof(addrinfo) + length));
    entry->ai_family = is_v6 ? AF_INET6 : AF_INET;
    entry->ai_socktype = SOCK_STREAM;
    entry->ai_protocol = IPPROTO_TCP;
    entry->ai_addrlen = static_cast<socklen_t>(length);
    entry->ai_addr = reinterpret_cast<sockaddr*>(entry + 1);
    entry->ai_next = next;
    const auto port = htons(static_cast<std::uint16_t>(std::strtoul(service, nullptr, 10)));
    if (is_v6)
    {
        auto* address = reinterpret_cast<sockaddr_in6*>(entry->ai_addr);
        address->sin6_family = AF_INET6;
        address->sin6_port = port;
        inet_pton(AF_INET6, text.c_str(), &address->sin6_addr);
    }
    else
    {
        auto* address = reinterpret_cast<sockaddr_in*>(entry->ai_addr);
        address->sin_family = AF_INET;
        address->sin_port = port;
        inet_pton(AF_INET, text.c_str(), &address->sin_addr);
    }
    return entry;
}

}  // namespace
}  // namespace herald

// In the place of the C library's, for libcurl as well.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found)
{
    using Real = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto real = reinterpret_cast<Real>(dlsym(RTLD_NEXT, "getaddrinfo"));
    if (node == nullptr || !std::string_view(node).ends_with("rebind.example"))
        return real(node, service, hints, found);
    const auto answers = herald::resolver().next();
    *found = nullptr;
    for (auto answer = answers.rbegin(); answer != answers.rend(); ++answer)
        *found = herald::make_entry(*answer, service == nullptr ? "0" : service, *found);
    return 0;
}

namespace herald
{
namespace
{

Task<HttpResponse> send_by(HttpClient& client, std::string url)
{
    HttpOptions options(deadline_in(seconds(2)));
    co_return co_await client.send(HttpRequest("POST", std::move(url)), options);
}

Task<> with_client(const std::function<Task<>(HttpClient&)>& body)
{
    HttpClient client(co_await asio::this_coro::executor);
    co_await body(client);
}

void run(const std::function<Task<>(HttpClient&)>& body)
{
    run_task([&] { return with_client(body); });
}

std::string url_of(const HttpImposter& server, const std::string& host)
{
    return "http://" + host + ":" + std::to_string(server.port()) + "/";
}

TEST(Rebinding, ANameIsLookedUpOnceAndThatAnswerIsJudged)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.answer(200, "inside"); });
    resolver().answer({{kPrivate}, {kPublic}});
    run(
        [&](HttpClient& client) -> Task<>
        {
            const auto response = co_await send_by(client, url_of(server, "once.rebind.example"));
            EXPECT_EQ(response.status, 0);
            EXPECT_EQ(response.error, "the address is not public");
            EXPECT_FALSE(response.may_have_arrived);
            EXPECT_EQ(resolver().lookups(), 1);
        });
    EXPECT_EQ(server.connections(), 0);
}

// What was public when the URL was set, or at the last call, is private now.
TEST(Rebinding, ANameThatTurnsPrivateIsNotFollowed)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.answer(200, "inside"); });
    const auto url = url_of(server, "turns.rebind.example");
    EXPECT_TRUE(check_outbound_url(url, {true, false}).has_value());
    resolver().answer({{kPublic}, {kPrivate}});
    for (int i = 0; i < 2; ++i)
    {
        run(
            [&](HttpClient& client) -> Task<>
            {
                const auto response = co_await send_by(client, url);
                EXPECT_EQ(response.status, 0);
            });
    }
    EXPECT_EQ(resolver().lookups(), 2);
    EXPECT_EQ(server.connections(), 0);
}

// The public address does not answer, and the next in the list is tried: it is judged like the first.
TEST(Rebinding, APrivateAddressBehindAPublicOneIsNotConnectedTo)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.answer(200, "inside"); });
    resolver().answer({{kPublic, kPrivate, "::ffff:127.0.0.1", "10.0.0.1"}});
    run(
        [&](HttpClient& client) -> Task<>
        {
            const auto response = co_await send_by(client, url_of(server, "both.rebind.example"));
            EXPECT_EQ(response.status, 0);
        });
    EXPECT_EQ(server.connections(), 0);
}

// The same, allowed: the test's resolver is the one that is asked, and the imposter can be reached.
TEST(Rebinding, TheResolverOfTheTestIsTheOneThatIsAsked)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.answer(200, "inside"); });
    resolver().answer({{kPrivate}});
    run(
        [&](HttpClient& client) -> Task<>
        {
            HttpOptions options(deadline_in(seconds(30)));
            options.allow_private_addresses = true;
            HttpRequest request("POST", url_of(server, "allowed.rebind.example"));
            const auto response = co_await client.send(std::move(request), options);
            EXPECT_EQ(response.body, "inside");
        });
}

}  // namespace
}  // namespace herald
