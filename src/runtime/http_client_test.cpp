#include "runtime/http_client.hpp"

#include <atomic>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/deadline.hpp"
#include "runtime/loop.hpp"
#include "runtime/task_scope.hpp"
#include "tests/support/aws_signature.hpp"
#include "tests/support/http_imposter.hpp"
#include "tests/support/tls_imposter.hpp"

namespace herald
{

namespace
{

using test::HttpImposter;
using test::TlsImposter;
using testing::HasSubstr;
using testing::Not;

constexpr seconds kLong{30};

HttpOptions unguarded(std::chrono::steady_clock::duration limit = kLong)
{
    HttpOptions options(deadline_in(limit));
    options.allow_private_addresses = true;
    return options;
}

HttpOptions guarded()
{
    return HttpOptions(deadline_in(kLong));
}

Task<HttpResponse> send_once(HttpRequest request, HttpOptions options)
{
    HttpClient client(co_await asio::this_coro::executor);
    co_return co_await client.send(std::move(request), options);
}

HttpResponse fetch(HttpRequest request, HttpOptions options)
{
    return run_task<HttpResponse>([&] { return send_once(request, options); });
}

void say_hello(HttpImposter::Connection& connection)
{
    connection.answer(200, "hello", "X-Reply:  spaced \r\nEmpty:\r\n");
}

Task<> send_and_count(HttpClient& client, std::string url, int& answers)
{
    const HttpResponse response = co_await client.send(HttpRequest("GET", std::move(url)), unguarded());
    if (response.status == 200 && response.body == "hello") ++answers;
}

AwsSignature aws_signature_of(std::string session_token = {})
{
    AwsSignature aws;
    aws.region = "us-east-1";
    aws.service = "ses";
    aws.access_key_id = "AKIDEXAMPLE";
    aws.secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    aws.session_token = std::move(session_token);
    return aws;
}

// What a server that hangs up after the second of two requests sees, and what the caller of the second is told.
std::pair<std::size_t, HttpResponse> lose_the_second(bool may_repeat)
{
    std::atomic<int> count = 0;
    HttpImposter server(
        [&count](HttpImposter::Connection& connection)
        {
            if (++count == 2)
                connection.close();
            else
                connection.answer(200, "hello");
        });
    HttpResponse second;
    const auto twice = [&]() -> Task<>
    {
        HttpClient client(co_await asio::this_coro::executor);
        HttpOptions options = unguarded();
        options.may_repeat = may_repeat;
        HttpRequest request("POST", server.url(), {}, "x");
        const HttpResponse first = co_await client.send(request, options);
        EXPECT_EQ(first.status, 200);
        second = co_await client.send(request, options);
    };
    run_task(twice);
    return {server.requests().size(), second};
}

}  // namespace

TEST(AwsSignatureOfTheTests, agrees_with_the_example_of_aws)
{
    // https://docs.aws.amazon.com/general/latest/gr/sigv4-signed-request-examples.html (2022): IAM's ListUsers.
    const std::string head =
        "GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\r\n"
        "Host: iam.amazonaws.com\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
        "X-Amz-Date: 20150830T123600Z\r\n\r\n";
    const auto claim = test::read_claim(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    EXPECT_EQ(claim.key_id, "AKIDEXAMPLE");
    EXPECT_EQ(test::aws_signature(head, "", claim, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), claim.signature);
}

TEST(HttpClientAws, signs_what_it_sends)
{
    HttpImposter server(say_hello);
    HttpRequest request("POST", server.url("/v2/email/outbound-emails"), {{"Content-Type", "application/json"}},
                        R"({"a": "b"})");
    request.aws = aws_signature_of();
    EXPECT_EQ(fetch(request, unguarded()).status, 200);

    const auto sent = server.requests().at(0);
    const auto claim = test::read_claim(sent.header("Authorization").value_or(""));
    EXPECT_EQ(claim.key_id, "AKIDEXAMPLE");
    EXPECT_EQ(claim.region, "us-east-1");
    EXPECT_EQ(claim.service, "ses");
    EXPECT_EQ(claim.signed_headers, "content-type;host;x-amz-date");
    EXPECT_EQ(claim.signature, test::aws_signature(sent.head, sent.body, claim, request.aws->secret_access_key));
    EXPECT_THAT(sent.head, Not(HasSubstr(request.aws->secret_access_key)));
}

TEST(HttpClientAws, signs_the_token_of_temporary_credentials_with_the_rest)
{
    HttpImposter server(say_hello);
    HttpRequest request("POST", server.url(), {{"Content-Type", "text/plain"}}, "x");
    request.aws = aws_signature_of("token/of+session==");
    fetch(request, unguarded());
    const auto sent = server.requests().at(0);
    const auto claim = test::read_claim(sent.header("Authorization").value_or(""));
    EXPECT_EQ(sent.header("X-Amz-Security-Token"), "token/of+session==");
    EXPECT_EQ(claim.signed_headers, "content-type;host;x-amz-date;x-amz-security-token");
    EXPECT_EQ(claim.signature, test::aws_signature(sent.head, sent.body, claim, request.aws->secret_access_key));

    request.aws->session_token = "a\r\nInjected: yes";
    EXPECT_THAT(fetch(request, unguarded()).error, HasSubstr("cannot be sent"));
}

TEST(HttpClient, sends_again_what_was_lost_with_a_kept_connection_unless_told_not_to)
{
    const auto [seen, answer] = lose_the_second(true);
    EXPECT_EQ(seen, 3U);
    EXPECT_EQ(answer.status, 200);

    const auto [seen_once, lost] = lose_the_second(false);
    EXPECT_EQ(seen_once, 2U);
    EXPECT_EQ(lost.status, 0);
    EXPECT_EQ(lost.error, "the connection was lost");
    EXPECT_TRUE(lost.may_have_arrived);
}

TEST(HttpClient, gives_status_headers_and_body)
{
    HttpImposter server(say_hello);
    const HttpResponse response = fetch(HttpRequest("GET", server.url("/a?b=c")), unguarded());
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "hello");
    EXPECT_EQ(response.error, "");
    EXPECT_EQ(response.header("x-reply"), "spaced");
    EXPECT_EQ(response.header("empty"), "");
    EXPECT_EQ(response.header("absent"), std::nullopt);
    EXPECT_TRUE(response.may_have_arrived);
    EXPECT_EQ(server.requests().at(0).line(), "GET /a?b=c HTTP/1.1");
}

TEST(HttpClient, sends_what_it_is_told_and_nothing_of_its_own)
{
    HttpImposter server(say_hello);
    HttpHeaders headers{{"Authorization", "Bearer x"}, {"X-Blank", ""}};
    const std::string body = std::string("nul\0inside", 10) + std::string(100'000, 'x');
    fetch(HttpRequest("POST", server.url(), headers, body), unguarded());
    const auto request = server.requests().at(0);
    EXPECT_EQ(request.line(), "POST / HTTP/1.1");
    EXPECT_EQ(request.body, body);
    EXPECT_EQ(request.header("Authorization"), "Bearer x");
    EXPECT_THAT(request.head, HasSubstr("X-Blank:"));
    EXPECT_EQ(request.header("Content-Type"), std::nullopt);
    EXPECT_EQ(request.header("Expect"), std::nullopt);

    headers = {{"content-type", "application/json"}};
    fetch(HttpRequest("PUT", server.url(), headers, "{}"), unguarded());
    EXPECT_EQ(server.requests().at(1).line(), "PUT / HTTP/1.1");
    EXPECT_EQ(server.requests().at(1).header("content-type"), "application/json");
    fetch(HttpRequest("POST", server.url()), unguarded());
    EXPECT_EQ(server.requests().at(2).header("Content-Length"), "0");
}

TEST(HttpClient, sends_other_methods)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.send("HTTP/1.1 204 No\r\n\r\n"); });
    for (const char* method : {"DELETE", "HEAD", "PATCH", "OPTIONS"})
    {
        const HttpResponse response = fetch(HttpRequest(method, server.url()), unguarded());
        EXPECT_EQ(response.status, 204) << method;
        EXPECT_EQ(server.requests().back().line(), std::string(method) + " / HTTP/1.1");
    }
}

TEST(HttpClient, keeps_connections_for_the_next_request)
{
    HttpImposter server(say_hello);
    const auto thrice = [&]() -> Task<>
    {
        HttpClient client(co_await asio::this_coro::executor);
        for (int i = 0; i < 3; ++i)
        {
            HttpRequest request("GET", server.url());
            const HttpResponse response = co_await client.send(std::move(request), unguarded());
            EXPECT_EQ(response.body, "hello");
        }
    };
    run_task(thrice);
    EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, answers_many_requests_at_once_on_a_limited_number_of_connections)
{
    HttpImposter server(say_hello);
    constexpr int kRequests = 200;
    int answers = 0;
    const auto many = [&]() -> Task<>
    {
        const auto executor = co_await asio::this_coro::executor;
        HttpClientOptions options;
        options.max_connections_per_host = 4;
        HttpClient client(executor, options);
        TaskScope scope(executor);
        for (int i = 0; i < kRequests; ++i) scope.spawn("request", send_and_count(client, server.url(), answers));
        EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
    };
    run_task(many);
    EXPECT_EQ(answers, kRequests);
    EXPECT_LE(server.connections(), 4);
}

TEST(HttpClient, gives_up_on_a_silent_server_at_the_deadline)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.hang(); });
    const HttpResponse response = fetch(HttpRequest("GET", server.url()), unguarded(milliseconds(100)));
    EXPECT_EQ(response.status, 0);
    EXPECT_EQ(response.error, "Timeout was reached");
    EXPECT_TRUE(response.may_have_arrived);
}

TEST(HttpClient, starts_nothing_after_the_deadline)
{
    HttpImposter server(say_hello);
    const HttpResponse response = fetch(HttpRequest("GET", server.url()), unguarded(milliseconds(-1)));
    EXPECT_EQ(response.status, 0);
    EXPECT_FALSE(response.may_have_arrived);
    EXPECT_EQ(server.connections(), 0);
}

TEST(HttpClient, reports_an_answer_that_stops_in_the_middle)
{
    HttpImposter server(
        [](HttpImposter::Connection& connection)
        {
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            connection.hang();
        });
    const HttpResponse response = fetch(HttpRequest("GET", server.url()), unguarded(milliseconds(300)));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "half");
    EXPECT_EQ(response.error, "Timeout was reached");
}

TEST(HttpClient, reports_a_reset_connection)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.reset(); });
    const HttpResponse response = fetch(HttpRequest("POST", server.url(), {}, "x"), unguarded());
    EXPECT_EQ(response.status, 0);
    EXPECT_NE(response.error, "");
    EXPECT_TRUE(response.may_have_arrived);
}

TEST(HttpClient, knows_that_nothing_arrived_where_nobody_listens)
{
    std::string url;
    {
        HttpImposter gone(say_hello);
        url = gone.url();
    }
    const HttpResponse response = fetch(HttpRequest("POST", url, {}, "x"), unguarded());
    EXPECT_EQ(response.status, 0);
    EXPECT_THAT(response.error, HasSubstr("Couldn't connect"));
    EXPECT_FALSE(response.may_have_arrived);
}

TEST(HttpClient, refuses_an_answer_over_its_size_limit)
{
    HttpImposter announced([](HttpImposter::Connection& connection)
                           { connection.answer(200, std::string(1001, 'x')); });
    HttpOptions options = unguarded();
    options.max_response_bytes = 1000;
    const HttpResponse response = fetch(HttpRequest("GET", announced.url()), options);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.error, "the answer is larger than 1000 bytes");

    HttpImposter endless(
        [](HttpImposter::Connection& connection)
        {
            connection.send("HTTP/1.1 200 OK\r\n\r\n");
            const std::string block(65536, 'x');
            while (connection.send(block))
            {
            }
            connection.close();
        });
    const HttpResponse cut = fetch(HttpRequest("GET", endless.url()), options);
    EXPECT_EQ(cut.error, "the answer is larger than 1000 bytes");
    EXPECT_LE(cut.body.size(), 1000U);

    options.max_response_bytes = 1001;
    EXPECT_EQ(fetch(HttpRequest("GET", announced.url()), options).error, "");
}

TEST(HttpClient, follows_redirects_only_when_told_to)
{
    HttpImposter server(
        [](HttpImposter::Connection& connection)
        {
            if (connection.request.line().starts_with("GET /end "))
                connection.answer(200, "end", "Second: yes\r\n");
            else if (connection.request.line().starts_with("GET /file "))
                connection.answer(302, "", "Location: file:///etc/passwd\r\n");
            else if (connection.request.line().starts_with("GET /loop "))
                connection.answer(302, "", "Location: /loop\r\n");
            else
                connection.answer(302, "", "Location: /end\r\nFirst: yes\r\n");
        });
    HttpOptions options = unguarded();
    const HttpResponse stayed = fetch(HttpRequest("GET", server.url("/start")), options);
    EXPECT_EQ(stayed.status, 302);
    EXPECT_EQ(stayed.error, "");
    EXPECT_EQ(stayed.header("location"), "/end");

    options.follow_redirects = true;
    const HttpResponse followed = fetch(HttpRequest("GET", server.url("/start")), options);
    EXPECT_EQ(followed.status, 200);
    EXPECT_EQ(followed.body, "end");
    EXPECT_EQ(followed.header("second"), "yes");
    EXPECT_EQ(followed.header("first"), std::nullopt);

    const HttpResponse file = fetch(HttpRequest("GET", server.url("/file")), options);
    EXPECT_NE(file.error, "");
    EXPECT_EQ(file.body, "");
    EXPECT_NE(fetch(HttpRequest("GET", server.url("/loop")), options).error, "");
}

TEST(HttpClientGuard, refuses_every_spelling_of_a_private_address)
{
    HttpImposter server(say_hello);
    const std::string port = ":" + std::to_string(server.port()) + "/";
    for (const char* host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0.0.0.0",
                             "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "169.254.169.254", "10.0.0.1"})
    {
        const HttpResponse response = fetch(HttpRequest("GET", std::string("http://") + host + port), guarded());
        EXPECT_EQ(response.status, 0) << host;
        EXPECT_EQ(response.error, "the address is not public") << host;
        EXPECT_FALSE(response.may_have_arrived) << host;
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST(HttpClientGuard, does_not_borrow_a_connection_that_was_opened_without_it)
{
    HttpImposter server(say_hello);
    const auto both = [&]() -> Task<>
    {
        HttpClient client(co_await asio::this_coro::executor);
        const HttpRequest request("GET", server.url());
        const HttpResponse open = co_await client.send(request, unguarded());
        EXPECT_EQ(open.status, 200);
        const HttpResponse refused = co_await client.send(request, guarded());
        EXPECT_EQ(refused.status, 0);
    };
    run_task(both);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(HttpClientGuard, speaks_http_only)
{
    for (const char* url :
         {"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "dict://127.0.0.1/", "", "http://", "::"})
    {
        const HttpResponse response = fetch(HttpRequest("GET", url), unguarded());
        EXPECT_EQ(response.status, 0) << url;
        EXPECT_NE(response.error, "") << url;
        EXPECT_FALSE(response.may_have_arrived) << url;
    }
}

TEST(HttpClientGuard, refuses_line_breaks_in_what_it_sends)
{
    HttpImposter server(say_hello);
    const HttpHeaders cases{{"X", "a\r\nInjected: yes"},
                            {"X", "a\nb"},
                            {"X", std::string("a\0b", 3)},
                            {"X\r\nY", "a"},
                            {"X: y\r\nInjected", ""},
                            {"", "a"},
                            {"A:B", "c"},
                            {"A;", "c"}};
    for (const auto& header : cases)
    {
        HttpHeaders headers{header};
        const HttpResponse response = fetch(HttpRequest("GET", server.url(), std::move(headers), ""), unguarded());
        EXPECT_THAT(response.error, HasSubstr("cannot be sent")) << header.first;
    }
    EXPECT_THAT(fetch(HttpRequest("GET / HTTP/1.1\r\nX: y\r\n", server.url()), unguarded()).error,
                HasSubstr("cannot be sent"));
    EXPECT_NE(fetch(HttpRequest("GET", server.url("/\r\nX: y")), unguarded()).error, "");
    EXPECT_EQ(server.requests().size(), 0U);
}

TEST(HttpClientGuard, hides_query_and_credentials_in_errors)
{
    for (const char* url : {"http://user:pa55word@127.0.0.1:1/path?token=abc", "bogus://user:pa55word@host/?token=abc",
                            "http://user:pa55word@127.0.0.1:99999/?token=abc"})
    {
        const HttpResponse response = fetch(HttpRequest("GET", url), unguarded());
        EXPECT_NE(response.error, "");
        EXPECT_THAT(response.error, Not(HasSubstr("pa55word")));
        EXPECT_THAT(response.error, Not(HasSubstr("abc")));
    }
}

TEST(HttpClientGuard, ignores_the_proxy_of_the_environment)
{
    HttpImposter server(say_hello);
    HttpImposter proxy(say_hello);
    ::setenv("http_proxy", proxy.url().c_str(), 1);
    ::setenv("ALL_PROXY", proxy.url().c_str(), 1);
    EXPECT_EQ(fetch(HttpRequest("GET", server.url()), unguarded()).status, 200);
    ::unsetenv("http_proxy");
    ::unsetenv("ALL_PROXY");
    EXPECT_EQ(proxy.connections(), 0);
    EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClientGuard, refuses_a_certificate_that_nobody_vouches_for)
{
    const TlsImposter server;
    const HttpResponse response = fetch(HttpRequest("POST", server.url(), {}, "secret"), unguarded());
    EXPECT_EQ(response.status, 0);
    EXPECT_THAT(response.error, HasSubstr("certificate"));
    EXPECT_FALSE(response.may_have_arrived);
}

TEST(HttpClient, comes_back_by_the_deadline_while_a_name_is_resolved)
{
    const auto start = std::chrono::steady_clock::now();
    const HttpResponse response =
        fetch(HttpRequest("GET", "http://no-such-host.invalid/"), unguarded(milliseconds(200)));
    EXPECT_EQ(response.status, 0);
    EXPECT_FALSE(response.may_have_arrived);
    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(3));
}

TEST(HttpClient, drops_the_connection_when_the_caller_is_cancelled)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.hang(); });
    const auto cancelled = [&]() -> Task<>
    {
        HttpClient client(co_await asio::this_coro::executor);
        HttpRequest request("GET", server.url());
        Task<HttpResponse> sending = client.send(std::move(request), unguarded());
        bool has_thrown = false;
        try
        {
            co_await with_deadline(std::move(sending), deadline_in(milliseconds(100)), "send");
        }
        catch (const DeadlineExceeded&)
        {
            has_thrown = true;
        }
        EXPECT_TRUE(has_thrown);
    };
    run_task(cancelled);
}

TEST(HttpClient, ends_what_is_under_way_when_it_is_destroyed)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.hang(); });
    HttpResponse response;
    const auto send = [&](HttpClient& client) -> Task<>
    {
        response = co_await client.send(HttpRequest("GET", server.url()), unguarded());
    };
    const auto destroy = [&]() -> Task<>
    {
        const auto executor = co_await asio::this_coro::executor;
        auto client = std::make_unique<HttpClient>(executor);
        TaskScope scope(executor);
        scope.spawn("request", send(*client));
        while (server.requests().empty()) co_await sleep_for(milliseconds(1));
        client.reset();
        EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
    };
    run_task(destroy);
    EXPECT_EQ(response.status, 0);
    EXPECT_NE(response.error, "");
}

TEST(HttpClient, may_be_cut_off_with_its_loop)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.hang(); });
    std::optional<HttpClient> client;
    HttpResponse unused;
    const auto send = [&]() -> Task<>
    {
        unused = co_await client->send(HttpRequest("GET", server.url()), unguarded());
    };
    Loop loop("cut");
    client.emplace(loop.executor());
    auto scope = std::make_unique<TaskScope>(loop.executor());
    loop.post([&] { scope->spawn("request", send()); });
    loop.start();
    while (server.requests().empty()) std::this_thread::yield();
    loop.stop();
    client.reset();
    loop.context().restart();
    while (scope->running() > 0) loop.context().run_one();
    EXPECT_EQ(unused.status, 0);
}

}  // namespace herald
