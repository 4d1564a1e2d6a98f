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
    Time start;
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
    std::size_t body = 0;  // where it begins
    bool tells_when_to_retry = false;
};

// A connection that is this late goes on from now, so that a pause of the server is not made up for by a burst.
constexpr milliseconds kLatest{50};

std::optional<Answer> parse_answer(std::string_view bytes)
{
    constexpr std::string_view kLength = "Content-Length: ";
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    Answer answer;
    std::from_chars(bytes.data() + 9, bytes.data() + 12, answer.status);
    answer.tells_when_to_retry = bytes.substr(0, end).find("\r\nRetry-After: ") != std::string_view::npos;
    answer.body = end + 4;
    std::size_t body = 0;
    const auto length = bytes.substr(0, end).find(kLength);
    if (length != std::string_view::npos)
        std::from_chars(bytes.data() + length + kLength.size(), bytes.data() + end, body);
    answer.size = answer.body + body;
    if (bytes.size() < answer.size) return std::nullopt;
    return answer;
}

void count(Run& run, const Answer& answer, Time sent, Time answered)
{
    const int status = answer.status;
    const bool measured = answered >= run.measure_from && answered < run.stop_at;
    if (!measured)
    {
        if (status / 100 == 2) ++run.report.unmeasured;
        return;
    }
    ++run.report.statuses[status];
    const auto took =
        static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(answered - sent).count());
    if (status / 100 == 2) run.report.latencies_us.push_back(took);
    if ((status == 429 || status == 503) && answer.tells_when_to_retry) run.report.refused_us.push_back(took);
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
        count(run, *answer, sent, std::chrono::steady_clock::now());
        if (run.options.on_success && answer->status / 100 == 2)
            run.options.on_success(std::string_view(buffer.data(), answer->size).substr(answer->body));
        co_return;
    }
}

// When the connection of this number sends for the first time, and how long after that again; 0: at once.
struct Pace
{
    Time next;
    std::chrono::nanoseconds interval{0};
};

Pace pace_of(const Run& run, std::size_t number)
{
    if (run.options.requests_per_s <= 0) return {run.start};
    const double interval = 1e9 * static_cast<double>(run.options.connections) / run.options.requests_per_s;
    const double first = interval * static_cast<double>(number) / static_cast<double>(run.options.connections);
    return {run.start + std::chrono::nanoseconds(static_cast<std::int64_t>(first)),
            std::chrono::nanoseconds(static_cast<std::int64_t>(interval))};
}

Task<> keep(Pace& pace)
{
    const auto now = std::chrono::steady_clock::now();
    if (pace.next > now) co_await sleep_until(pace.next);
    pace.next = std::max(pace.next, now - kLatest) + pace.interval;
}

Task<> drive(Run& run, std::size_t number)
{
    try
    {
        asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
        const asio::ip::tcp::endpoint target(asio::ip::address_v4::loopback(), run.options.port);
        co_await socket.async_connect(target, asio::use_awaitable);
        socket.set_option(asio::ip::tcp::no_delay(true));
        std::string request;
        std::string buffer(8192, '\0');
        Pace pace = pace_of(run, number);
        while (std::chrono::steady_clock::now() < run.stop_at)
        {
            if (pace.interval.count() > 0) co_await keep(pace);
            co_await exchange(socket, run, request, buffer);
        }
    }
    catch (...)
    {
        run.failure = std::current_exception();
        run.stop_at = Time{};
    }
}

Task<> drive_all(std::vector<Run>& runs)
{
    TaskScope scope(co_await asio::this_coro::executor);
    Time last{};
    for (Run& run : runs)
    {
        for (std::size_t i = 0; i < run.options.connections; ++i) scope.spawn("load", drive(run, i));
        last = std::max(last, run.stop_at);
    }
    scope.close();
    co_await scope.join(last + seconds(60));
}

double percentile_of(std::vector<std::uint32_t>& values, double percent)
{
    if (values.empty()) return 0;
    const auto at = static_cast<std::ptrdiff_t>(percent / 100 * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return static_cast<double>(values[static_cast<std::size_t>(at)]) / 1000;
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

std::uint64_t LoadReport::failed() const
{
    std::uint64_t all = 0;
    for (const auto& [status, answers] : statuses) all += answers;
    return all - succeeded() - refused();
}

double LoadReport::percentile_ms(double percent)
{
    return percentile_of(latencies_us, percent);
}

double LoadReport::refused_percentile_ms(double percent)
{
    return percentile_of(refused_us, percent);
}

double percentile(std::vector<double>& values, double percent)
{
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(percent / 100 * static_cast<double>(values.size() - 1))];
}

std::vector<LoadReport> generate_loads(std::span<const LoadOptions> loads)
{
    const auto now = std::chrono::steady_clock::now();
    std::vector<Run> runs;
    for (const auto& load : loads)
        runs.push_back({load, now, now + load.warm_up, now + load.warm_up + load.duration, {}, nullptr});
    run_task<>([&runs] { return drive_all(runs); });
    std::vector<LoadReport> reports;
    for (Run& run : runs)
    {
        if (run.failure) std::rethrow_exception(run.failure);
        run.report.seconds = std::chrono::duration<double>(run.options.duration).count();
        reports.push_back(std::move(run.report));
    }
    return reports;
}

LoadReport merge(std::vector<LoadReport> reports)
{
    LoadReport whole;
    for (LoadReport& report : reports)
    {
        whole.seconds = std::max(whole.seconds, report.seconds);
        whole.unmeasured += report.unmeasured;
        for (const auto& [status, answers] : report.statuses) whole.statuses[status] += answers;
        whole.latencies_us.insert(whole.latencies_us.end(), report.latencies_us.begin(), report.latencies_us.end());
        whole.refused_us.insert(whole.refused_us.end(), report.refused_us.begin(), report.refused_us.end());
    }
    return whole;
}

LoadReport generate_load(const LoadOptions& options)
{
    return std::move(generate_loads({&options, 1}).front());
}

}  // namespace herald::bench
