// A running http::Server for tests: a loop thread of its own, a port the system picks, stopped by the destructor.
//
//   HttpTestServer server(dispatch);                       // any http::Dispatch
//   HttpClient client(server.port());
#pragma once

#include <chrono>
#include <future>
#include <stdexcept>
#include <utility>

#include "base/clock.hpp"
#include "http/server/server.hpp"
#include "runtime/loop.hpp"
#include "runtime/stop.hpp"
#include "runtime/task_scope.hpp"

namespace herald::test_support
{

class HttpTestServer
{
public:
    explicit HttpTestServer(http::Dispatch dispatch, http::ServerOptions options = {}, http::Admit admit = {})
        : stop_(loop_.executor()),
          scope_(loop_.executor()),
          server_(loop_.executor(), std::move(options), std::move(dispatch), clock_, std::move(admit))
    {
        scope_.spawn("http_test_server", run(server_, stop_.token(), ended_));
        loop_.start();
    }
    ~HttpTestServer()
    {
        stop_.request_stop();
        wait_until_stopped();
        while (tasks() > 0)
        {
        }
        loop_.stop();
    }

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] Loop& loop() { return loop_; }
    void request_stop() { stop_.request_stop(); }
    // Throws when the server has not returned from run() after `patience`.
    void wait_until_stopped(std::chrono::seconds patience = std::chrono::seconds(30))
    {
        if (has_ended_.wait_for(patience) != std::future_status::ready)
            throw std::runtime_error("the server does not stop");
    }

private:
    static Task<> run(http::Server& server, StopToken stop, std::promise<void>& ended)
    {
        co_await server.run(std::move(stop));
        ended.set_value();
    }

    std::size_t tasks()
    {
        std::promise<std::size_t> answer;
        loop_.post([this, &answer] { answer.set_value(scope_.running()); });
        return answer.get_future().get();
    }

    Loop loop_{"http_test"};
    SystemClock clock_;
    StopSource stop_;
    TaskScope scope_;
    http::Server server_;
    std::promise<void> ended_;
    std::shared_future<void> has_ended_ = ended_.get_future().share();
};

}  // namespace herald::test_support
