#include "ops/heartbeats.hpp"

#include <atomic>

#include <gtest/gtest.h>

#include "tests/support/http_imposter.hpp"

namespace herald
{
namespace
{

using test::HttpImposter;

const Uuid kRun = *Uuid::parse("018f0000-0000-7000-8000-000000000001");

Heartbeats::Options options_for(const HttpImposter& monitor)
{
    Heartbeats::Options options;
    options.url = monitor.url("/ping/{task}");
    options.call_timeout = milliseconds(5'000);
    options.pause = milliseconds(1);
    return options;
}

std::vector<std::string> lines(const HttpImposter& monitor)
{
    std::vector<std::string> lines;
    for (const auto& request : monitor.requests()) lines.push_back(request.line());
    return lines;
}

// Tells `beats`, and waits until all were told.
void tell_all(Heartbeats::Options options, const std::vector<Heartbeat>& beats)
{
    run_task<>(
        [&]() -> Task<>
        {
            Heartbeats heartbeats(co_await asio::this_coro::executor, options);
            for (const auto beat : beats) heartbeats.tell("fold_ledger", beat, kRun);
            co_await heartbeats.close(deadline_in(seconds(30)));
        });
}

TEST(HeartbeatUrl, IsAsTheMonitorWantsIt)
{
    const auto url = [](const std::string& given, HeartbeatShape shape, Heartbeat beat, std::optional<Uuid> run)
    {
        return heartbeat_url(given, shape, "fold_ledger", beat, run);
    };
    const std::string cronitor = "https://cronitor.link/p/key/{task}";
    EXPECT_EQ(url(cronitor, HeartbeatShape::cronitor, Heartbeat::start, kRun),
              "https://cronitor.link/p/key/fold_ledger?state=run&series=018f0000-0000-7000-8000-000000000001");
    EXPECT_EQ(url(cronitor, HeartbeatShape::cronitor, Heartbeat::ok, std::nullopt),
              "https://cronitor.link/p/key/fold_ledger?state=complete");
    EXPECT_EQ(url(cronitor + "?env=live", HeartbeatShape::cronitor, Heartbeat::fail, std::nullopt),
              "https://cronitor.link/p/key/fold_ledger?env=live&state=fail");
    const std::string healthchecks = "https://hc-ping.com/key/{task}";
    EXPECT_EQ(url(healthchecks, HeartbeatShape::healthchecks, Heartbeat::start, kRun),
              "https://hc-ping.com/key/fold_ledger/start?rid=018f0000-0000-7000-8000-000000000001");
    EXPECT_EQ(url(healthchecks, HeartbeatShape::healthchecks, Heartbeat::ok, std::nullopt),
              "https://hc-ping.com/key/fold_ledger");
    EXPECT_EQ(url(healthchecks + "?create=1", HeartbeatShape::healthchecks, Heartbeat::fail, std::nullopt),
              "https://hc-ping.com/key/fold_ledger/fail?create=1");
}

TEST(Heartbeats, OfATaskGoOutInTheirOrder)
{
    HttpImposter monitor([](HttpImposter::Connection& connection) { connection.answer(200, "OK"); });
    tell_all(options_for(monitor), {Heartbeat::start, Heartbeat::ok, Heartbeat::start, Heartbeat::fail});
    const std::string rid = "?rid=" + kRun.to_string() + " HTTP/1.1";
    EXPECT_EQ(lines(monitor),
              (std::vector<std::string>{"GET /ping/fold_ledger/start" + rid, "GET /ping/fold_ledger" + rid,
                                        "GET /ping/fold_ledger/start" + rid, "GET /ping/fold_ledger/fail" + rid}));
}

TEST(Heartbeats, AreTriedAgainWhileTheMonitorIsOutOfOrderAndNotWhenItRefuses)
{
    std::atomic<int> calls = 0;
    HttpImposter out_of_order(
        [&](HttpImposter::Connection& connection)
        {
            if (++calls == 1)
                connection.reset();
            else
                connection.answer(calls == 2 ? 503 : 200, "");
        });
    tell_all(options_for(out_of_order), {Heartbeat::ok});
    EXPECT_EQ(calls, 3);

    HttpImposter refusing([](HttpImposter::Connection& connection) { connection.answer(404, ""); });
    tell_all(options_for(refusing), {Heartbeat::ok});
    EXPECT_EQ(refusing.requests().size(), 1U);
}

TEST(Heartbeats, OfAMonitorThatDoesNotAnswerAreLost)
{
    HttpImposter monitor([](HttpImposter::Connection& connection) { connection.hang(); });
    auto options = options_for(monitor);
    options.call_timeout = milliseconds(50);
    options.tries = 1;
    tell_all(options, std::vector<Heartbeat>(100, Heartbeat::ok));
    EXPECT_LE(monitor.requests().size(), 10U);
}

TEST(Heartbeats, OfAProcessThatStopsAreNotTold)
{
    HttpImposter monitor([](HttpImposter::Connection& connection) { connection.answer(200, "OK"); });
    run_task<>(
        [&]() -> Task<>
        {
            Heartbeats heartbeats(co_await asio::this_coro::executor, options_for(monitor));
            heartbeats.tell("fold_ledger", Heartbeat::start, kRun);
            heartbeats.refuse();
            heartbeats.tell("fold_ledger", Heartbeat::fail, kRun);
            co_await heartbeats.close(deadline_in(seconds(30)));
        });
    EXPECT_EQ(monitor.requests().size(), 1U);
}

TEST(Heartbeats, WithoutAUrlNobodyIsTold)
{
    tell_all({}, {Heartbeat::start, Heartbeat::ok});
}

}  // namespace
}  // namespace herald
