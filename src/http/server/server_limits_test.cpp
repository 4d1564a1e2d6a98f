// Limits of size, number and time, and the drain, over real sockets. Times are short and bound only from below: a slow
// machine makes these tests slower, not red.
#include <latch>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server/server.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/http_test_server.hpp"

namespace herald::http
{
namespace
{

using namespace std::chrono_literals;
using test_support::HttpClient;
using test_support::HttpTestServer;
using ::testing::HasSubstr;

Task<Response> echo(Request& request)
{
    co_return text_response(200, std::move(request.body));
}

// More than socket buffers hold.
Task<Response> large_response(std::latch& entered)
{
    entered.count_down();
    co_return text_response(200, std::string(50'000'000, 'x'));
}

Task<Response> said(std::string text)
{
    co_return text_response(200, std::move(text));
}

// Answers when told to.
class Gate
{
public:
    Task<Response> wait(Request&)
    {
        wake_.emplace(co_await asio::this_coro::executor);
        entered_.count_down();
        co_await wake_->wait(deadline_in(60s));
        co_return text_response(200, "late");
    }
    void wait_until_entered() { entered_.wait(); }
    void open() { wake_->raise(); }  // after wait_until_entered()

private:
    std::latch entered_{1};
    std::optional<WakeUp> wake_;
};

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

std::string post_of(std::size_t size)
{
    return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
}

TEST(ServerLimits, a_body_up_to_the_limit_is_taken)
{
    HttpTestServer server(echo);
    HttpClient client(server.port());
    const std::string body(5'000'000, 'x');
    EXPECT_EQ(client.post("/", body).body.size(), body.size());
}

TEST(ServerLimits, a_longer_content_length_is_refused_before_the_body_is_read)
{
    HttpTestServer server(echo);
    for (const std::string expect : {"", "Expect: 100-continue\r\n"})
    {
        HttpClient client(server.port());
        client.send_raw("POST / HTTP/1.1\r\nHost: x\r\n" + expect + "Content-Length: 5000001\r\n\r\n");
        const auto response = client.read_response();
        EXPECT_EQ(response.status, 413);
        EXPECT_EQ(response.body, "{\"message\":\"Request body is too large\",\"result\":\"error\"}\n");
        EXPECT_EQ(response.header("Connection"), "close");
        EXPECT_TRUE(client.closed_by_server());
    }
}

TEST(ServerLimits, a_client_that_goes_on_sending_still_reads_why_it_was_refused)
{
    HttpTestServer server(echo);
    HttpClient client(server.port());
    client.send_raw(post_of(6'000'000));
    for (int count = 0; count < 20; ++count) client.send_raw(std::string(100'000, 'x'));
    EXPECT_EQ(client.read_response().status, 413);
}

TEST(ServerLimits, chunks_beyond_the_limit_are_refused_while_they_come)
{
    ServerOptions options;
    options.max_body_bytes = 1000;
    HttpTestServer server(echo, options);
    HttpClient client(server.port());
    client.send_raw("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int count = 0; count < 10; ++count) client.send_raw("64\r\n" + std::string(100, 'x') + "\r\n");
    client.send_raw("1\r\nx\r\n");
    EXPECT_EQ(client.read_response().status, 413);
    EXPECT_TRUE(client.closed_by_server());
}

TEST(ServerLimits, headers_up_to_the_limit_are_taken_and_longer_ones_refused)
{
    HttpTestServer server(echo);
    HttpClient fits(server.port());
    EXPECT_EQ(fits.get("/", {{"X-Long", std::string(15 * 1024, 'x')}}).status, 200);

    const std::string one = "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(17 * 1024, 'x') + "\r\n\r\n";
    std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (int count = 0; count < 90; ++count)
        many += "X-" + std::to_string(count) + ": " + std::string(300, 'x') + "\r\n";
    std::string tiny = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (int count = 0; count < 200; ++count) tiny += "a:\r\n";
    const std::string target = "GET /" + std::string(17 * 1024, 'x') + " HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string endless = "GET /" + std::string(40 * 1024, 'x');
    for (const auto& bytes : {one, many + "\r\n", tiny + "\r\n", target, endless})
    {
        HttpClient client(server.port());
        client.send_raw(bytes);
        EXPECT_EQ(client.read_response().status, 431) << bytes.substr(0, 60);
        EXPECT_TRUE(client.closed_by_server());
    }
}

TEST(ServerLimits, endless_chunk_extensions_and_trailers_are_refused)
{
    HttpTestServer server(echo);
    const std::string start = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const auto& bytes :
         {start + "3;" + std::string(20'000, 'x'), start + "0\r\nX-Trailer: " + std::string(20'000, 'x')})
    {
        HttpClient client(server.port());
        client.send_raw(bytes);
        EXPECT_GE(client.read_response().status, 400);
        EXPECT_TRUE(client.closed_by_server());
    }
}

TEST(ServerLimits, one_connection_too_many_is_told_to_come_back)
{
    ServerOptions options;
    options.max_connections = 2;
    HttpTestServer server(echo, options);
    HttpClient first(server.port());
    HttpClient second(server.port());
    EXPECT_EQ(first.get("/").status, 200);
    EXPECT_EQ(second.get("/").status, 200);

    HttpClient third(server.port());
    const auto response = third.read_response();
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.header("Retry-After"), "1");
    EXPECT_TRUE(third.closed_by_server());
    EXPECT_EQ(first.get("/").status, 200);
}

TEST(ServerLimits, a_header_that_trickles_in_is_cut_off)
{
    ServerOptions options;
    options.header_timeout = 60ms;
    HttpTestServer server(echo, options);
    HttpClient client(server.port());
    client.send_raw("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    EXPECT_EQ(client.read_response().status, 408);
    EXPECT_TRUE(client.closed_by_server());
}

TEST(ServerLimits, each_byte_does_not_buy_more_time)
{
    ServerOptions options;
    options.header_timeout = 60ms;
    HttpTestServer server(echo, options);
    HttpClient client(server.port());
    const auto start = std::chrono::steady_clock::now();
    client.send_raw("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    try
    {
        while (std::chrono::steady_clock::now() - start < 20s) client.send_raw("x");
        FAIL() << "the server keeps reading";
    }
    catch (const std::runtime_error&)
    {
        SUCCEED();  // it closed the connection, or refused at the header limit
    }
}

TEST(ServerLimits, a_silent_connection_is_closed_without_a_word)
{
    ServerOptions options;
    options.header_timeout = 50ms;
    options.idle_timeout = 50ms;
    HttpTestServer server(echo, options);
    HttpClient silent(server.port());
    EXPECT_TRUE(silent.closed_by_server());
    HttpClient idle(server.port());
    EXPECT_EQ(idle.get("/").status, 200);
    EXPECT_TRUE(idle.closed_by_server());
}

TEST(ServerLimits, a_slow_body_is_cut_off)
{
    ServerOptions options;
    options.body_timeout = 60ms;
    HttpTestServer server(echo, options);
    HttpClient client(server.port());
    client.send_raw(post_of(10) + "abc");
    EXPECT_EQ(client.read_response().status, 408);
    EXPECT_TRUE(client.closed_by_server());
}

TEST(ServerLimits, a_client_that_takes_no_answer_is_cut_off)
{
    std::latch entered(1);
    ServerOptions options;
    options.write_timeout = 60ms;
    options.drain_timeout = 60min;  // so that only write_timeout can end it
    HttpTestServer server([&entered](Request&) { return large_response(entered); }, options);
    HttpClient client(server.port());
    client.send_raw(kGet);
    entered.wait();
    server.request_stop();
    server.wait_until_stopped();
    EXPECT_THROW(client.read_response(), std::runtime_error);
}

TEST(ServerLimits, a_handler_that_takes_too_long_is_answered_for)
{
    Gate gate;
    ServerOptions options;
    options.request_timeout = 60ms;
    HttpTestServer server([&gate](Request& request) { return gate.wait(request); }, options);
    HttpClient client(server.port());
    client.send_raw(kGet);
    const auto response = client.read_response();
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.header("Retry-After"), "1");
    EXPECT_TRUE(client.closed_by_server());
    gate.open();
}

TEST(ServerDrain, a_request_under_way_is_finished_and_idle_connections_are_closed)
{
    Gate gate;
    HttpTestServer server([&gate](Request& request) { return gate.wait(request); });
    HttpClient busy(server.port());
    busy.send_raw(kGet);
    gate.wait_until_entered();
    HttpClient idle(server.port());

    server.request_stop();
    EXPECT_TRUE(idle.closed_by_server());
    gate.open();
    const auto response = busy.read_response();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "late");
    EXPECT_EQ(response.header("Connection"), "close");
    EXPECT_TRUE(busy.closed_by_server());
    server.wait_until_stopped();
    EXPECT_THROW(HttpClient(server.port()), std::runtime_error);
}

TEST(ServerDrain, what_is_still_under_way_at_the_end_is_cut_off)
{
    Gate gate;
    ServerOptions options;
    options.drain_timeout = 50ms;
    HttpTestServer server([&gate](Request& request) { return gate.wait(request); }, options);
    HttpClient client(server.port());
    client.send_raw(kGet);
    gate.wait_until_entered();
    HttpClient half(server.port());
    half.send_raw("GET / HT");

    server.request_stop();
    EXPECT_TRUE(client.closed_by_server());
    gate.open();
    server.wait_until_stopped();
}

TEST(ServerOptions, out_of_bounds_are_refused_by_name)
{
    SystemClock clock;
    asio::io_context context;
    ServerOptions options;
    options.idle_timeout = 0ms;
    try
    {
        Server server(context.get_executor(), options, echo, clock);
        FAIL();
    }
    catch (const std::runtime_error& error)
    {
        EXPECT_THAT(error.what(), HasSubstr("idle_timeout"));
    }
}

TEST(ServerOptions, a_port_in_use_is_refused_by_name)
{
    HttpTestServer server(echo);
    SystemClock clock;
    asio::io_context context;
    ServerOptions options;
    options.port = server.port();
    try
    {
        Server second(context.get_executor(), options, echo, clock);
        FAIL();
    }
    catch (const std::runtime_error& error)
    {
        EXPECT_THAT(error.what(), HasSubstr("cannot listen on 127.0.0.1 port " + std::to_string(server.port())));
    }
}

TEST(ServerOptions, two_servers_may_share_a_port_when_asked)
{
    ServerOptions options;
    options.reuse_port = true;
    HttpTestServer first(echo, options);
    options.port = first.port();
    HttpTestServer second(echo, options);
    EXPECT_EQ(HttpClient(first.port()).get("/").status, 200);
}

TEST(ServerOptions, a_trusted_proxy_speaks_for_its_client)
{
    ServerOptions options;
    options.trust_proxy_headers = true;
    HttpTestServer server([](Request& request) { return said(request.base_url + request.remote_address); }, options);
    HttpClient client(server.port());
    const auto response =
        client.get("/", {{"X-Forwarded-Proto", "https"}, {"X-Forwarded-For", "1.2.3.4, 203.0.113.9"}});
    EXPECT_EQ(response.body, "https://localhost/203.0.113.9");
}

}  // namespace
}  // namespace herald::http
