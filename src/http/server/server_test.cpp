// The server over real sockets: what a client may send, and what it gets back.
#include "http/server/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server/dispatcher.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/http_test_server.hpp"

namespace herald::http
{
namespace
{

using test_support::HttpClient;
using test_support::HttpResponse;
using test_support::HttpTestServer;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kUuid = "8a0f3c6e-1111-4222-8333-444455556666";
constexpr auto kNotFound =
    "{\"message\":\"The requested URL was not found on the server. If you entered the URL manually please check your "
    "spelling and try again.\",\"result\":\"error\"}\n";

// Tells what the handler saw.
Task<Response> show(Request& request, Context&)
{
    json::object seen{
        {"method", to_string(request.method)}, {"path", request.path}, {"base_url", request.base_url},
        {"trace_id", request.trace_id},        {"body", request.body}, {"address", request.remote_address}};
    json::array query;
    for (const auto& [name, value] : request.query.items()) query.emplace_back(name + "=" + value);
    seen["query"] = std::move(query);
    if (const auto name = request.path_parameter("name")) seen["name"] = *name;
    if (const auto custom = request.header("x-custom")) seen["custom"] = *custom;
    if (const auto trailer = request.header("x-trailer")) seen["trailer"] = *trailer;
    co_return json_response(200, seen);
}

Task<Response> created(Request&, Context&)
{
    co_return json_response(201, json::object{{"id", "1"}});
}

Task<Response> nothing(Request&, Context&)
{
    co_return empty_response(204);
}

Task<Response> broken(Request&, Context&)
{
    throw std::runtime_error("a secret of the inside");
    co_return empty_response(200);
}

Task<Response> splitting(Request&, Context&)
{
    Response response = empty_response(200);
    response.headers.emplace_back("Location", "/x\r\nSet-Cookie: a=b");
    co_return response;
}

const Route kRoutes[] = {
    {Method::get, "/show", Auth::none, ErrorShape::internal, show},
    {Method::post, "/show", Auth::none, ErrorShape::internal, show},
    {Method::get, "/show/{name}", Auth::none, ErrorShape::internal, show},
    {Method::post, "/v2/things", Auth::service_key, ErrorShape::v2, created},
    {Method::get, "/admin/things/{id:uuid}", Auth::internal_client, ErrorShape::internal, created},
    {Method::del, "/things/{n:int}", Auth::none, ErrorShape::internal, nothing},
    {Method::get, "/broken", Auth::none, ErrorShape::v2, broken},
    {Method::get, "/splitting", Auth::none, ErrorShape::v2, splitting},
};

// Knows one token.
class OneToken final : public Authenticator
{
public:
    Task<Result<Principal>> authenticate(Auth, const Request& request) override
    {
        if (request.header("Authorization") == "Bearer good") co_return Principal();
        co_return fail(ErrorKind::unauthenticated, "Unauthorized: authentication token must be provided");
    }
};

// The server only passes the context on, so these tests need none.
Context& no_context()
{
    static std::byte nothing_there{};
    return reinterpret_cast<Context&>(nothing_there);
}

class ServerTest : public ::testing::Test
{
protected:
    HttpResponse raw(std::string_view bytes)
    {
        HttpClient client(server_.port());
        client.send_raw(bytes);
        return client.read_response();
    }
    // What a request that must end the connection gets.
    void expect_refused(std::string_view bytes, int status)
    {
        HttpClient client(server_.port());
        client.send_raw(bytes);
        const auto response = client.read_response();
        EXPECT_EQ(response.status, status) << bytes.substr(0, 200);
        EXPECT_EQ(response.header("Connection"), "close");
        EXPECT_THAT(response.body, HasSubstr("\"result\":\"error\""));
        EXPECT_TRUE(client.closed_by_server()) << bytes.substr(0, 200);
    }

    Router router_{kRoutes};
    OneToken authenticator_;
    Dispatcher dispatcher_{router_, authenticator_, no_context()};
    HttpTestServer server_{[this](Request& request)
                           {
                               return dispatcher_.dispatch(request);
                           }};
    HttpClient client_{server_.port()};
};

TEST_F(ServerTest, every_response_carries_the_familys_headers)
{
    for (const auto* target : {"/show", "/nowhere"})
    {
        const auto response = client_.get(target);
        EXPECT_EQ(response.header("Access-Control-Allow-Origin"), "*");
        EXPECT_EQ(response.header("Access-Control-Allow-Headers"), "Content-Type,Authorization");
        EXPECT_EQ(response.header("Access-Control-Allow-Methods"), "GET,PUT,POST,DELETE");
        EXPECT_EQ(response.header("X-B3-TraceId"), "None");
        EXPECT_EQ(response.header("X-B3-SpanId"), "None");
        EXPECT_EQ(response.header("X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(response.header("Content-Type"), "application/json");
        EXPECT_EQ(response.header("Content-Length"), std::to_string(response.body.size()));
        EXPECT_THAT(response.header("Date").value_or(""), ::testing::EndsWith(" GMT"));
        EXPECT_FALSE(response.header("Server"));
    }
}

TEST_F(ServerTest, trace_headers_are_echoed)
{
    const auto response = client_.get("/show", {{"X-B3-TraceId", "abc123"}, {"x-b3-spanid", "def"}});
    EXPECT_EQ(response.header("X-B3-TraceId"), "abc123");
    EXPECT_EQ(response.header("X-B3-SpanId"), "def");
}

TEST_F(ServerTest, a_trace_goes_on_in_whichever_form_it_comes)
{
    const auto trace_of = [this](std::string name, std::string value)
    {
        const auto shown = json::parse(client_.get("/show", {{std::move(name), std::move(value)}}).body);
        return std::string(shown.at("trace_id").as_string());
    };
    EXPECT_EQ(trace_of("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
              "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_EQ(trace_of("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1"),
              "80f198ee56343ba864fe8b2a57d3eff7");
    EXPECT_EQ(trace_of("traceparent", "nonsense").size(), 32U) << "one of our own";
}

TEST_F(ServerTest, a_connection_serves_many_requests)
{
    for (int count = 0; count < 50; ++count)
    {
        const auto body = std::string(static_cast<std::size_t>(count) * 97, 'x');
        const auto response = client_.post("/show", body);
        ASSERT_EQ(response.status, 200);
        EXPECT_EQ(json::parse(response.body).at("body").as_string(), body);
    }
}

TEST_F(ServerTest, path_and_query_are_decoded)
{
    const auto seen = json::parse(client_.get("/show/caf%C3%A9%20x?a=1&b=c+d%26&a=2").body);
    EXPECT_EQ(seen.at("name").as_string(), "caf\xC3\xA9 x");
    EXPECT_EQ(json::serialize(seen.at("query")), "[\"a=1\",\"b=c d&\",\"a=2\"]");
}

TEST_F(ServerTest, base_url_follows_the_host_header_and_ignores_untrusted_proxies)
{
    const auto response = raw(
        "GET /show HTTP/1.1\r\nHost: api.example:6011\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 8.8.8.8\r\n\r\n");
    EXPECT_EQ(json::parse(response.body).at("base_url").as_string(), "http://api.example:6011/");
    EXPECT_EQ(json::parse(response.body).at("address").as_string(), "127.0.0.1");
}

TEST_F(ServerTest, absolute_form_targets_name_the_host)
{
    const auto response = raw("GET http://other.example/show?x=1 HTTP/1.1\r\nHost: ignored\r\n\r\n");
    EXPECT_EQ(json::parse(response.body).at("base_url").as_string(), "http://other.example/");
    EXPECT_EQ(json::parse(response.body).at("path").as_string(), "/show");
}

TEST_F(ServerTest, unknown_paths_are_404_before_auth)
{
    for (const auto* target : {"/nowhere", "/show/", "/v2/things/", "/admin/things/not-a-uuid", "/things/x", "//show",
                               "/show/a%2Fb", "/show/%C0%AF", "/show/%zz", "/show/%00"})
    {
        const auto response = client_.get(target);
        EXPECT_EQ(response.status, 404) << target;
        EXPECT_EQ(response.body, kNotFound);
    }
}

TEST_F(ServerTest, wrong_methods_are_405_before_auth)
{
    const auto response = client_.get("/v2/things");
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(response.header("Allow"), "OPTIONS, POST");
    EXPECT_EQ(response.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(response.body,
              "{\"message\":\"The method is not allowed for the requested URL.\",\"result\":\"error\"}\n");
    EXPECT_EQ(client_.request("BREW", "/show", {}, std::nullopt).status, 405);
    EXPECT_EQ(client_.request("BREW", "/nowhere", {}, std::nullopt).status, 404);
}

TEST_F(ServerTest, auth_failures_have_the_shape_of_their_route)
{
    const auto v2 = client_.post("/v2/things", "{}");
    EXPECT_EQ(v2.status, 401);
    EXPECT_THAT(v2.body, HasSubstr("\"error\":\"AuthError\""));
    const auto internal = client_.get("/admin/things/" + std::string(kUuid));
    EXPECT_EQ(internal.status, 401);
    EXPECT_THAT(internal.body, HasSubstr("\"message\":{\"token\":["));
    EXPECT_EQ(client_.post("/v2/things", "{}", {{"Authorization", "Bearer good"}}).status, 201);
}

TEST_F(ServerTest, options_passes_through_the_routes_auth)
{
    EXPECT_EQ(client_.request("OPTIONS", "/v2/things", {}, std::nullopt).status, 401);
    const auto response = client_.request("OPTIONS", "/v2/things", {{"Authorization", "Bearer good"}}, std::nullopt);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(response.header("Allow"), "OPTIONS, POST");
    EXPECT_EQ(client_.request("OPTIONS", "/nowhere", {}, std::nullopt).status, 404);
    EXPECT_EQ(raw("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").status, 404);
}

TEST_F(ServerTest, head_has_the_length_of_get_and_no_body)
{
    const auto head = client_.request("HEAD", "/show", {}, std::nullopt);
    EXPECT_EQ(head.status, 200);
    EXPECT_NE(head.header("Content-Length"), "0");
    EXPECT_EQ(client_.get("/show").status, 200);  // nothing was left over on the connection
}

TEST_F(ServerTest, no_content_has_neither_body_nor_length)
{
    const auto response = client_.request("DELETE", "/things/7", {}, std::nullopt);
    EXPECT_EQ(response.status, 204);
    EXPECT_FALSE(response.header("Content-Length"));
    EXPECT_EQ(client_.get("/show").status, 200);
}

TEST_F(ServerTest, an_exception_is_a_500_that_tells_nothing)
{
    const auto response = client_.get("/broken");
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, HasSubstr("Internal server error"));
    EXPECT_THAT(response.body, Not(HasSubstr("secret")));
    EXPECT_EQ(client_.get("/show").status, 200);
}

TEST_F(ServerTest, a_line_break_in_a_response_header_is_never_sent)
{
    const auto response = client_.get("/splitting");
    EXPECT_EQ(response.status, 500);
    EXPECT_FALSE(response.header("Set-Cookie"));
}

TEST_F(ServerTest, pipelined_requests_are_answered_in_order)
{
    std::string bytes;
    for (int count = 0; count < 200; ++count)
        bytes += "GET /show/" + std::to_string(count) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    bytes += "POST /show HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /show/last HTTP/1.1\r\nHost: x\r\n\r\n";
    client_.send_raw(bytes);
    for (int count = 0; count < 200; ++count)
    {
        ASSERT_EQ(json::parse(client_.read_response().body).at("name").as_string(), std::to_string(count));
    }
    EXPECT_EQ(json::parse(client_.read_response().body).at("body").as_string(), "abc");
    EXPECT_EQ(json::parse(client_.read_response().body).at("name").as_string(), "last");
}

TEST_F(ServerTest, a_request_may_come_byte_by_byte)
{
    const std::string bytes =
        "POST /show?a=b HTTP/1.1\r\nHost: x\r\nX-Custom: y z\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    for (const char byte : bytes) client_.send_raw({&byte, 1});
    const auto seen = json::parse(client_.read_response().body);
    EXPECT_EQ(seen.at("body").as_string(), "abcde");
    EXPECT_EQ(seen.at("custom").as_string(), "y z");
}

TEST_F(ServerTest, trailers_are_dropped)
{
    const auto response =
        raw("POST /show HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n0\r\nX-Trailer: "
            "evil\r\nHost: evil\r\n\r\n");
    EXPECT_EQ(response.status, 200);
    EXPECT_FALSE(json::parse(response.body).as_object().contains("trailer"));
}

TEST_F(ServerTest, expect_continue_is_answered_before_the_body)
{
    client_.send_raw("POST /show HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client_.read_response().status, 100);
    client_.send_raw("hello");
    const auto response = client_.read_response();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(json::parse(response.body).at("body").as_string(), "hello");
}

TEST_F(ServerTest, http_1_0_closes_unless_asked_to_keep_alive)
{
    client_.send_raw("GET /show HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(client_.read_response().header("Connection"), "keep-alive");
    client_.send_raw("GET /show HTTP/1.0\r\n\r\n");
    const auto response = client_.read_response();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header("Connection"), "close");
    EXPECT_TRUE(client_.closed_by_server());
}

TEST_F(ServerTest, connection_close_is_honoured)
{
    const auto response = client_.get("/show", {{"Connection", "close"}});
    EXPECT_EQ(response.header("Connection"), "close");
    EXPECT_TRUE(client_.closed_by_server());
}

TEST_F(ServerTest, a_client_that_half_closes_still_gets_its_answer)
{
    client_.send_raw("GET /show HTTP/1.1\r\nHost: x\r\n\r\n");
    client_.shutdown_send();
    EXPECT_EQ(client_.read_response().status, 200);
    EXPECT_TRUE(client_.closed_by_server());
}

TEST_F(ServerTest, blank_lines_between_requests_are_skipped)
{
    client_.send_raw(
        "\r\n\r\nPOST /show HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na\r\nGET /show HTTP/1.1\r\nHost: "
        "x\r\n\r\n");
    EXPECT_EQ(client_.read_response().status, 200);
    EXPECT_EQ(client_.read_response().status, 200);
}

TEST_F(ServerTest, bytes_that_are_no_http_are_refused)
{
    expect_refused("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n", 400);
    expect_refused("complete garbage\r\n\r\n", 400);
    expect_refused("GET  /show HTTP/1.1\r\nHost: x\r\n\r\n", 400);
    expect_refused("GET /show\r\n\r\n", 400);
    expect_refused("GET /sh ow HTTP/1.1\r\nHost: x\r\n\r\n", 400);
    expect_refused("GET /show HTTP/1.1\nHost: x\n\n\r\n\r\n", 400);
    expect_refused("G\x01T /show HTTP/1.1\r\nHost: x\r\n\r\n", 400);
    expect_refused("GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 400);
    expect_refused("CONNECT host:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400);
}

TEST_F(ServerTest, other_versions_are_refused)
{
    for (const auto* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9"})
    {
        expect_refused("GET /show " + std::string(version) + "\r\nHost: x\r\n\r\n", 400);
    }
}

TEST_F(ServerTest, truncated_requests_are_refused_when_the_client_ends)
{
    for (const auto* bytes : {"GET /sh", "GET /show HTTP/1.1\r\nHost: x\r\n",
                              "POST /show HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
                              "POST /show HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"})
    {
        HttpClient client(server_.port());
        client.send_raw(bytes);
        client.shutdown_send();
        EXPECT_EQ(client.read_response().status, 400) << bytes;
        EXPECT_TRUE(client.closed_by_server());
    }
}

TEST_F(ServerTest, control_characters_in_headers_are_refused)
{
    using namespace std::string_literals;
    expect_refused("GET /show HTTP/1.1\r\nHost: x\r\nX-Custom: a\0b\r\n\r\n"s, 400);
    expect_refused("GET /show HTTP/1.1\r\nHost: x\r\nX-Cu\0stom: a\r\n\r\n"s, 400);
    expect_refused("GET /sh\0ow HTTP/1.1\r\nHost: x\r\n\r\n"s, 400);
    expect_refused("GET /show HTTP/1.1\r\nHost: x\r\nX-Custom: a\x01\r\n\r\n", 400);
    expect_refused("GET /show HTTP/1.1\r\nHost: x\r\nX-Custom: a\rb\r\n\r\n", 400);
    expect_refused("GET /show HTTP/1.1\r\nHost: x\r\nX Custom: a\r\n\r\n", 400);
    expect_refused("GET /show HTTP/1.1\r\nHost: x\r\nX-Custom : a\r\n\r\n", 400);
    expect_refused("GET /show HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400);
}

TEST_F(ServerTest, hosts_that_are_missing_doubled_or_odd_are_refused)
{
    expect_refused("GET /show HTTP/1.1\r\n\r\n", 400);
    expect_refused("GET /show HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400);
    expect_refused("GET /show HTTP/1.1\r\nHost: a/b\r\n\r\n", 400);
    expect_refused("GET /show HTTP/1.1\r\nHost: a\"><script>\r\n\r\n", 400);
    expect_refused("GET http://user@host/show HTTP/1.1\r\nHost: a\r\n\r\n", 400);
}

TEST_F(ServerTest, lengths_that_two_parsers_could_read_differently_are_refused)
{
    const std::string start = "POST /show HTTP/1.1\r\nHost: x\r\n";
    expect_refused(start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    expect_refused(start + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400);
    expect_refused(start + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400);
    expect_refused(start + "Content-Length: 3, 4\r\n\r\nabcd", 400);
    expect_refused(start + "Content-Length: +3\r\n\r\nabc", 400);
    expect_refused(start + "Content-Length: -3\r\n\r\nabc", 400);
    expect_refused(start + "Content-Length: 0x3\r\n\r\nabc", 400);
    expect_refused(start + "Content-Length: \r\n\r\nabc", 400);
    expect_refused(start + "Content-Length: 99999999999999999999\r\n\r\nabc", 400);
    expect_refused(start + "Transfer-Encoding: gzip\r\n\r\nabc", 501);
    expect_refused(start + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501);
    expect_refused(start + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 501);
    expect_refused(start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    expect_refused("POST /show HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
}

TEST_F(ServerTest, broken_chunks_are_refused)
{
    const std::string start = "POST /show HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const auto* chunk :
         {"zz\r\n", "-1\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n", "\r\n", "fffffffffffffffff\r\n"})
    {
        HttpClient client(server_.port());
        client.send_raw(start + chunk);
        client.shutdown_send();
        const int status = client.read_response().status;
        EXPECT_TRUE(status == 400 || status == 413) << chunk << status;
    }
}

TEST_F(ServerTest, a_query_that_does_not_decode_is_refused)
{
    expect_refused("GET /show?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400);
    expect_refused("GET /show?a=%C0%80 HTTP/1.1\r\nHost: x\r\n\r\n", 400);
    expect_refused("GET /show?a=%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400);
}

}  // namespace
}  // namespace herald::http
