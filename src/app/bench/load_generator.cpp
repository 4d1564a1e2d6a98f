#include "app/bench/load_generator.hpp"

#include <algorithm>
#include <charconv>
#include <exception>
#include <optional>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "runtime/task_scope.hpp"

namespace herald::bench
{

namespace
{

using Time = std::chrono::steady_clock::time_point;

struct Run
{
    const LoadOptions& options;
    Time measure_from;
    Time stop_at;
    LoadReport report;
    std::exception_ptr failure;
};

// One answer's status and how many bytes it takes; nullopt: not complete yet.
struct Answer
{
    int status = 0;
    std::size_t size = 0;
};

std::optional<Answer> parse_answer(std::string_view bytes)
{
    constexpr std::string_view kLength = "Content-Length: ";
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    Answer answer;
    std::from_chars(bytes.data() + 9, bytes.data() + 12, answer.status);
    std::size_t body = 0;
    const auto length = bytes.substr(0, end).find(kLength);
    if (length != std::string_view::npos)
        std::from_chars(bytes.data() + length + kLength.size(), bytes.data() + end, body);
    answer.size = end + 4 + body;
    if (bytes.size() < answer.size) return std::nullopt;
    return answer;
}

void count(Run& run, int status, Time sent, Time answered)
{
    const bool measured = answered >= run.measure_from && answered < run.stop_at;
    if (!measured)
    {
        if (status / 100 == 2) ++run.report.unmeasured;
        return;
    }
    ++run.report.statuses[status];
    run.report.latencies_us.push_back(
        static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(answered - sent).count()));
}

Task<> exchange(asio::ip::tcp::socket& socket, Run& run, std::string& request, std::string& buffer)
{
    request = run.options.next_request();
    const auto sent = std::chrono::steady_clock::now();
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    std::size_t held = 0;
    while (true)
    {
        if (held == buffer.size()) buffer.resize(buffer.size() * 2);
        held += co_await socket.async_read_some(asio::buffer(buffer.data() + held, buffer.size() - held),
                                                asio::use_awaitable);
        const auto answer = parse_answer(std::string_view(buffer.data(), held));
        if (!answer) continue;
        count(run, answer->status, sent, std::chrono::steady_clock::now());
        co_return;
    }
}

Task<> drive(Run& run)
{
    try
    {
        asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
        const asio::ip::tcp::endpoint target(asio::ip::address_v4::loopback(), run.options.port);
        co_await socket.async_connect(target, asio::use_awaitable);
        socket.set_option(asio::ip::tcp::no_delay(true));
        std::string request;
        std::string buffer(8192, '\0');
        while (std::chrono::steady_clock::now() < run.stop_at) co_await exchange(socket, run, request, buffer);
    }
    catch (...)
    {
        run.failure = std::current_exception();
        run.stop_at = Time{};
    }
}

Task<> drive_all(Run& run)
{
    TaskScope scope(co_await asio::this_coro::executor);
    for (std::size_t i = 0; i < run.options.connections; ++i) scope.spawn("load", drive(run));
    scope.close();
    co_await scope.join(run.stop_at + seconds(60));
}

}  // namespace

std::uint64_t LoadReport::succeeded() const
{
    std::uint64_t sum = 0;
    for (const auto& [status, answers] : statuses)
    {
        if (status / 100 == 2) sum += answers;
    }
    return sum;
}

double LoadReport::percentile_ms(double percent)
{
    if (latencies_us.empty()) return 0;
    const auto at = static_cast<std::ptrdiff_t>(percent / 100 * static_cast<double>(latencies_us.size() - 1));
    std::nth_element(latencies_us.begin(), latencies_us.begin() + at, latencies_us.end());
    return static_cast<double>(latencies_us[static_cast<std::size_t>(at)]) / 1000;
}

double percentile(std::vector<double>& values, double percent)
{
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(percent / 100 * static_cast<double>(values.size() - 1))];
}

LoadReport generate_load(const LoadOptions& options)
{
    const auto now = std::chrono::steady_clock::now();
    Run run{options, now + options.warm_up, now + options.warm_up + options.duration, {}, nullptr};
    run_task<>([&run] { return drive_all(run); });
    if (run.failure) std::rethrow_exception(run.failure);
    run.report.seconds = std::chrono::duration<double>(options.duration).count();
    return std::move(run.report);
}

}  // namespace herald::bench
