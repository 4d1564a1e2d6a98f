// How large bodies are kept from filling the memory: the budget alone, then over real sockets.
#include "http/server/body_budget.hpp"

#include <latch>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/metrics.hpp"
#include "http/server/errors.hpp"
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
using ::testing::Not;

TEST(BodyBudget, gives_what_there_is_and_takes_it_back)
{
    BodyBudget budget(100'000);
    BodyBudget::Share first(budget);
    EXPECT_TRUE(first.grow_to(40'000));
    EXPECT_TRUE(first.grow_to(60'000));
    {
        BodyBudget::Share second(budget);
        EXPECT_TRUE(second.grow_to(40'000));
        EXPECT_FALSE(second.grow_to(40'001));
        EXPECT_EQ(budget.held(), 100'000);
    }
    EXPECT_EQ(budget.held(), 60'000);
    first.release();
    EXPECT_EQ(budget.held(), 0);
}

TEST(BodyBudget, small_bodies_take_nothing)
{
    BodyBudget budget(100'000);
    BodyBudget::Share large(budget);
    ASSERT_TRUE(large.grow_to(100'000));
    BodyBudget::Share small(budget);
    EXPECT_TRUE(small.grow_to(BodyBudget::kUncounted));
    EXPECT_FALSE(small.grow_to(BodyBudget::kUncounted + 1));
}

// Requests to /wait are answered when told to; others at once, with their body.
class Waiting
{
public:
    Task<Response> answer(Request& request)
    {
        if (request.path != "/wait") co_return text_response(200, std::move(request.body));
        wake_.emplace(co_await asio::this_coro::executor);
        entered_.count_down();
        co_await wake_->wait(deadline_in(60s));
        co_return text_response(200, "late");
    }
    Dispatch dispatch()
    {
        return [this](Request& request)
        {
            return answer(request);
        };
    }
    void wait_until_entered() { entered_.wait(); }
    void open() { wake_->raise(); }

private:
    std::latch entered_{1};
    std::optional<WakeUp> wake_;
};

ServerOptions room_for(std::size_t bytes)
{
    ServerOptions options;
    options.max_body_bytes = options.max_buffered_bytes = bytes;
    return options;
}

std::string head_of(std::string_view path, std::size_t size)
{
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
}

TEST(ServerBodies, what_no_longer_fits_is_answered_503_until_a_request_ends)
{
    Waiting waiting;
    HttpTestServer server(waiting.dispatch(), room_for(1'000'000));
    HttpClient first(server.port());
    first.send_raw(head_of("/wait", 600'000) + std::string(600'000, 'x'));
    waiting.wait_until_entered();
    EXPECT_THAT(metrics::expose(), HasSubstr("herald_http_buffered_bytes 600000"));

    HttpClient second(server.port());
    const auto refused = second.post("/v2/any", std::string(600'000, 'y'));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("Retry-After"), "1");
    EXPECT_EQ(refused.header("Connection"), "close");
    EXPECT_THAT(refused.body, HasSubstr("\"error\":\"ServiceUnavailable\""));
    EXPECT_THAT(metrics::expose(), Not(HasSubstr("herald_bodies_refused_total 0")));

    HttpClient small(server.port());
    EXPECT_EQ(small.post("/", std::string(10'000, 'z')).status, 200);

    server.loop().post([&waiting] { waiting.open(); });
    EXPECT_EQ(first.read_response().status, 200);
    HttpClient third(server.port());
    EXPECT_EQ(third.post("/", std::string(600'000, 'y')).status, 200);
}

TEST(ServerBodies, a_body_that_is_given_up_makes_room)
{
    Waiting waiting;
    HttpTestServer server(waiting.dispatch(), room_for(1'000'000));
    {
        HttpClient half(server.port());
        half.send_raw(head_of("/", 900'000) + std::string(800'000, 'x'));
    }
    // The server sees the end of that connection at its next read of it.
    int status = 503;
    for (int tries = 0; tries < 1000 && status == 503; ++tries)
    {
        HttpClient next(server.port());
        status = next.post("/", std::string(900'000, 'y')).status;
    }
    EXPECT_EQ(status, 200);
}

Task<Admission> refuse_all(Request&)
{
    Admission admission;
    admission.refusal = error_response(Error(ErrorKind::unauthenticated, {}), ErrorShape::v2);
    co_return admission;
}

Task<Admission> admit_little(Request&)
{
    Admission admission;
    admission.max_body_bytes = 10'000;
    co_return admission;
}

TEST(ServerBodies, who_is_not_admitted_is_answered_without_the_body)
{
    Waiting waiting;
    HttpTestServer server(waiting.dispatch(), {}, refuse_all);
    for (const std::string expect : {"", "Expect: 100-continue\r\n"})
    {
        HttpClient client(server.port());
        client.send_raw("POST / HTTP/1.1\r\nHost: x\r\n" + expect + "Content-Length: 5000000\r\n\r\n");
        const auto answer = client.read_response();
        EXPECT_EQ(answer.status, 401);
        EXPECT_EQ(answer.header("Connection"), "close");
        EXPECT_TRUE(client.closed_by_server());
    }
}

TEST(ServerBodies, who_is_not_admitted_reads_why_although_it_goes_on_sending)
{
    Waiting waiting;
    HttpTestServer server(waiting.dispatch(), {}, refuse_all);
    HttpClient client(server.port());
    client.send_raw(head_of("/", 5'000'000) + std::string(2'000'000, 'x'));
    EXPECT_EQ(client.read_response().status, 401);
}

TEST(ServerBodies, a_body_that_has_come_with_its_header_is_left_to_the_dispatcher)
{
    Waiting waiting;
    HttpTestServer server(waiting.dispatch(), {}, refuse_all);
    HttpClient client(server.port());
    client.send_raw(head_of("/", 2) + "{}");
    EXPECT_EQ(client.read_response().status, 200);
}

TEST(ServerBodies, admission_may_allow_less_than_the_server)
{
    Waiting waiting;
    HttpTestServer server(waiting.dispatch(), {}, admit_little);
    HttpClient fits(server.port());
    fits.send_raw(head_of("/", 10'000));
    fits.send_raw(std::string(10'000, 'x'));
    EXPECT_EQ(fits.read_response().status, 200);
    HttpClient large(server.port());
    large.send_raw(head_of("/", 10'001));
    large.send_raw(std::string(10'001, 'x'));
    EXPECT_EQ(large.read_response().status, 413);
}

}  // namespace
}  // namespace herald::http
