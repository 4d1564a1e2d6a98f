#include "http/server/router.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "base/uuid.hpp"

namespace herald::http
{
namespace
{

constexpr std::string_view kId = "8a0f3c6e-1111-4222-8333-444455556666";

Route route(Method method, std::string_view path)
{
    return {method, path, Auth::none, ErrorShape::v2, nullptr};
}

const std::vector<Route>& table()
{
    static const std::vector<Route> routes = {
        route(Method::get, "/"),
        route(Method::get, "/v2/notifications"),
        route(Method::post, "/v2/notifications/sms"),
        route(Method::post, "/v2/notifications/{type}"),
        route(Method::get, "/v2/notifications/{notification_id}"),
        route(Method::get, "/service/{service_id:uuid}"),
        route(Method::post, "/service/{service_id:uuid}"),
        route(Method::get, "/service/find"),
        route(Method::get, "/service/{service_id:uuid}/template/{template_id:uuid}/version/{version:int}"),
        route(Method::get, "/service/{number:int}"),
        route(Method::get, "/service/{name}/about"),
        route(Method::options, "/own-options"),
        route(Method::get, "/own-options"),
    };
    return routes;
}

class RouterTest : public ::testing::Test
{
protected:
    Router::Match match(Method method, std::string_view path)
    {
        request_.path = path;
        return router_.match(method, request_.path, request_.path_parameters);
    }
    std::string_view found(Method method, std::string_view path)
    {
        const auto result = match(method, path);
        return result.outcome == Router::Outcome::found ? result.route->path : "";
    }

    Router router_{table()};
    Request request_;
};

TEST_F(RouterTest, finds_literals_before_parameters)
{
    EXPECT_EQ(found(Method::post, "/v2/notifications/sms"), "/v2/notifications/sms");
    EXPECT_EQ(found(Method::post, "/v2/notifications/letter"), "/v2/notifications/{type}");
    EXPECT_EQ(found(Method::get, "/service/find"), "/service/find");
    EXPECT_EQ(found(Method::get, "/"), "/");
}

TEST_F(RouterTest, falls_back_to_the_parameter_when_the_literal_has_another_method)
{
    EXPECT_EQ(found(Method::get, "/v2/notifications/sms"), "/v2/notifications/{notification_id}");
}

TEST_F(RouterTest, falls_back_to_the_parameter_when_the_literal_leads_nowhere)
{
    EXPECT_EQ(found(Method::get, "/service/find/about"), "/service/{name}/about");
}

TEST_F(RouterTest, captures_by_name_of_the_route_that_matched)
{
    const std::string path = "/service/" + std::string(kId) + "/template/" + std::string(kId) + "/version/12";
    ASSERT_EQ(match(Method::get, path).outcome, Router::Outcome::found);
    EXPECT_EQ(request_.path_id<ServiceId>("service_id"), ServiceId::parse(kId));
    EXPECT_EQ(request_.path_id<TemplateId>("template_id"), TemplateId::parse(kId));
    EXPECT_EQ(request_.path_int("version"), 12);
    EXPECT_EQ(request_.path_parameter("other"), std::nullopt);

    ASSERT_EQ(match(Method::get, "/v2/notifications/not-an-id").outcome, Router::Outcome::found);
    EXPECT_EQ(request_.path_parameter("notification_id"), "not-an-id");
    EXPECT_EQ(request_.path_parameter("type"), std::nullopt);
    EXPECT_FALSE(request_.path_id<NotificationId>("notification_id"));
}

TEST_F(RouterTest, a_failing_converter_is_not_found)
{
    EXPECT_EQ(match(Method::get, "/service/nonsense").outcome, Router::Outcome::not_found);
    EXPECT_EQ(match(Method::post, "/service/12").outcome, Router::Outcome::method_not_allowed);
    EXPECT_EQ(found(Method::get, "/service/12"), "/service/{number:int}");
    EXPECT_EQ(match(Method::get, "/service/-1").outcome, Router::Outcome::not_found);
    EXPECT_EQ(match(Method::get, "/service/1234567890123456789").outcome, Router::Outcome::not_found);
}

TEST_F(RouterTest, trailing_and_double_slashes_are_not_found)
{
    for (const auto* path :
         {"/v2/notifications/", "//v2/notifications", "/v2//notifications", "/v2", "v2/notifications", "", "*", "//"})
    {
        EXPECT_EQ(match(Method::get, path).outcome, Router::Outcome::not_found) << path;
    }
}

TEST_F(RouterTest, another_method_is_not_allowed_and_says_which_are)
{
    const auto result = match(Method::del, "/v2/notifications/sms");
    EXPECT_EQ(result.outcome, Router::Outcome::method_not_allowed);
    EXPECT_EQ(Router::allow_header(result.allowed), "GET, HEAD, OPTIONS, POST");
    EXPECT_EQ(match(Method::other, "/v2/notifications").outcome, Router::Outcome::method_not_allowed);
}

TEST_F(RouterTest, head_finds_the_get_route)
{
    EXPECT_EQ(found(Method::head, "/v2/notifications"), "/v2/notifications");
    EXPECT_EQ(match(Method::head, "/own-options").outcome, Router::Outcome::found);
}

TEST_F(RouterTest, options_is_automatic_unless_a_route_has_it)
{
    const auto automatic = match(Method::options, "/v2/notifications");
    EXPECT_TRUE(automatic.automatic);
    EXPECT_EQ(automatic.route->path, "/v2/notifications");
    EXPECT_EQ(Router::allow_header(automatic.allowed), "GET, HEAD, OPTIONS");
    EXPECT_FALSE(match(Method::options, "/own-options").automatic);
}

TEST(Router, refuses_patterns_that_are_wrong)
{
    for (const auto* pattern :
         {"x", "/a/", "/a//b", "/{a:float}", "/x{a}", "/{a", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}"})
    {
        const std::vector<Route> routes = {route(Method::get, pattern)};
        EXPECT_THROW(Router{routes}, std::logic_error) << pattern;
    }
    const std::vector<Route> twice = {route(Method::get, "/a/{x}"), route(Method::get, "/a/{y}")};
    EXPECT_THROW(Router{twice}, std::logic_error);
}

}  // namespace
}  // namespace herald::http
