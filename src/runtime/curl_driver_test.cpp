#include "runtime/curl_driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/this_coro.hpp>

#include "runtime/deadline.hpp"
#include "runtime/task_scope.hpp"
#include "tests/support/http_imposter.hpp"

namespace herald
{

namespace
{

using test::HttpImposter;

constexpr seconds kLong{30};

std::size_t ignore(const char*, std::size_t, std::size_t size, void*)
{
    return size;
}

void point_at(EasyHandle& easy, const std::string& url)
{
    easy.set(CURLOPT_URL, url);
    easy.set(CURLOPT_WRITEFUNCTION, &ignore);
}

}  // namespace

TEST(CurlDriver, performs_and_the_handle_tells_more)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.answer(404, "body"); });
    const auto check = [&]() -> Task<>
    {
        CurlDriver driver(co_await asio::this_coro::executor);
        EasyHandle easy;
        point_at(easy, server.url());
        for (int round = 0; round < 2; ++round)  // a handle may be used again
        {
            const CurlResult result = co_await driver.perform(easy, deadline_in(kLong));
            EXPECT_EQ(result.code, CURLE_OK);
            EXPECT_EQ(result.response_code, 404);
            EXPECT_EQ(result.error, "");
            EXPECT_EQ(easy.info<curl_off_t>(CURLINFO_SIZE_DOWNLOAD_T), 4);
            EXPECT_EQ(driver.under_way(), 0U);
        }
    };
    run_task(check);
}

TEST(CurlDriver, a_handle_survives_being_moved_and_keeps_its_lists)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.answer(200, ""); });
    const auto check = [&]() -> Task<>
    {
        CurlDriver driver(co_await asio::this_coro::executor);
        EasyHandle first;
        point_at(first, server.url());
        first.set_list(CURLOPT_HTTPHEADER, {"X-One: 1"});
        first.set_list(CURLOPT_HTTPHEADER, {"X-Two: 2", "X-Three: 3"});
        EasyHandle easy = std::move(first);
        EXPECT_EQ((co_await driver.perform(easy, deadline_in(kLong))).code, CURLE_OK);
    };
    run_task(check);
    EXPECT_EQ(server.requests().at(0).header("X-One"), std::nullopt);
    EXPECT_EQ(server.requests().at(0).header("X-Three"), "3");
}

TEST(CurlDriver, a_handle_refuses_what_curl_refuses)
{
    EasyHandle easy;
    EXPECT_THROW(easy.set(CURLOPT_PROTOCOLS_STR, "no-such-protocol"), std::invalid_argument);
    EXPECT_THROW(easy.set(CURLOPT_HTTP_VERSION, 9999L), std::invalid_argument);
}

TEST(CurlDriver, lets_go_of_the_transfer_when_it_is_cancelled_or_late)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.hang(); });
    const auto check = [&]() -> Task<>
    {
        CurlDriver driver(co_await asio::this_coro::executor);
        EasyHandle easy;
        point_at(easy, server.url());
        const CurlResult late = co_await driver.perform(easy, deadline_in(milliseconds(50)));
        EXPECT_EQ(late.code, CURLE_OPERATION_TIMEDOUT);
        EXPECT_EQ(late.response_code, 0);
        EXPECT_EQ(driver.under_way(), 0U);

        Task<CurlResult> transfer = driver.perform(easy, deadline_in(kLong));
        bool has_thrown = false;
        try
        {
            co_await with_deadline(std::move(transfer), deadline_in(milliseconds(50)), "transfer");
        }
        catch (const DeadlineExceeded&)
        {
            has_thrown = true;
        }
        EXPECT_TRUE(has_thrown);
        EXPECT_EQ(driver.under_way(), 0U);
    };
    run_task(check);
}

TEST(CurlDriver, one_hanging_transfer_holds_up_no_other)
{
    HttpImposter server(
        [](HttpImposter::Connection& connection)
        {
            if (connection.request.line().starts_with("GET /hang "))
                connection.hang();
            else
                connection.answer(200, "quick");
        });
    const auto hang = [&](CurlDriver& driver) -> Task<>
    {
        EasyHandle easy;
        point_at(easy, server.url("/hang"));
        const CurlResult result = co_await driver.perform(easy, deadline_in(kLong));
        EXPECT_EQ(result.code, CURLE_ABORTED_BY_CALLBACK);
    };
    const auto check = [&]() -> Task<>
    {
        const auto executor = co_await asio::this_coro::executor;
        auto driver = std::make_unique<CurlDriver>(executor);
        TaskScope scope(executor);
        scope.spawn("hang", hang(*driver));
        EasyHandle easy;
        point_at(easy, server.url("/quick"));
        for (int i = 0; i < 20; ++i)
        {
            EXPECT_EQ((co_await driver->perform(easy, deadline_in(kLong))).response_code, 200);
        }
        EXPECT_EQ(driver->under_way(), 1U);
        driver.reset();
        EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
    };
    run_task(check);
}

TEST(CurlDriver, a_transfer_may_be_destroyed_with_its_loop)
{
    HttpImposter server([](HttpImposter::Connection& connection) { connection.hang(); });
    std::unique_ptr<CurlDriver> driver;
    asio::io_context context(1);
    const auto hang = [&]() -> Task<>
    {
        EasyHandle easy;
        point_at(easy, server.url());
        co_await driver->perform(easy, deadline_in(kLong));
        ADD_FAILURE() << "the transfer ended";
    };
    driver = std::make_unique<CurlDriver>(context.get_executor());
    asio::co_spawn(context, hang, [](const std::exception_ptr&) {});
    while (server.requests().empty()) context.run_one_for(milliseconds(10));
    driver.reset();
}

}  // namespace herald
