#include "ops/heartbeats.hpp"

#include <prometheus/counter.h>
#include <boost/algorithm/string/replace.hpp>

#include "base/log.hpp"
#include "base/metrics.hpp"

namespace herald
{

namespace
{

// Of one task. More means that the monitor is away: what it would hear is old.
constexpr std::size_t kMostWaiting = 8;

void count(const char* outcome)
{
    metrics::counter("herald_heartbeats_sent_total", "Heartbeats of scheduled tasks, by what became of them",
                     {{"outcome", outcome}})
        .Increment();
}

std::string with_query(std::string url, const std::string& query)
{
    if (query.empty()) return url;
    return std::move(url) + (url.contains('?') ? "&" : "?") + query;
}

// Before the query of `url`.
std::string with_path(const std::string& url, std::string_view path)
{
    const auto end = std::min(url.find('?'), url.size());
    return url.substr(0, end) + std::string(path) + url.substr(end);
}

std::string_view cronitor_state(Heartbeat heartbeat)
{
    if (heartbeat == Heartbeat::start) return "run";
    return heartbeat == Heartbeat::ok ? "complete" : "fail";
}

std::string_view healthchecks_path(Heartbeat heartbeat)
{
    if (heartbeat == Heartbeat::start) return "/start";
    return heartbeat == Heartbeat::ok ? "" : "/fail";
}

bool may_be_tried_again(int status)
{
    return status == 0 || status == 429 || status >= 500;
}

}  // namespace

std::string heartbeat_url(const std::string& url, HeartbeatShape shape, std::string_view task, Heartbeat heartbeat,
                          const std::optional<Uuid>& run)
{
    auto of_task = boost::algorithm::replace_all_copy(url, "{task}", task);
    if (shape == HeartbeatShape::cronitor)
    {
        auto query = "state=" + std::string(cronitor_state(heartbeat));
        if (run) query += "&series=" + run->to_string();
        return with_query(std::move(of_task), query);
    }
    return with_query(with_path(of_task, healthchecks_path(heartbeat)), run ? "rid=" + run->to_string() : "");
}

Heartbeats::Heartbeats(asio::any_io_executor executor, Options options)
    : options_(std::move(options)), client_(executor), stop_(executor), scope_(executor)
{
}

void Heartbeats::tell(std::string_view task, Heartbeat heartbeat, const std::optional<Uuid>& run)
{
    if (!are_told() || scope_.is_closed()) return;
    const auto [found, is_first] = waiting_.try_emplace(std::string(task));
    auto& calls = found->second;
    if (calls.size() >= kMostWaiting)
    {
        count("dropped");
        calls.pop_front();
    }
    calls.push_back(Call{found->first, heartbeat_url(options_.url, options_.shape, task, heartbeat, run)});
    if (is_first) scope_.spawn("heartbeats", send_all(found->first));
}

Task<> Heartbeats::close(Deadline deadline)
{
    refuse();
    if (co_await scope_.join(deadline)) co_return;
    stop_.request_stop();
    // Each call has its own deadline.
    while (!co_await scope_.join(deadline_in(options_.call_timeout)))
    {
    }
}

Task<> Heartbeats::send_all(std::string task)
{
    for (auto calls = waiting_.find(task); !calls->second.empty() && !stop_.token().requested();)
    {
        const Call call = std::move(calls->second.front());
        calls->second.pop_front();
        const bool told = co_await send(call);
        count(told ? "told" : "failed");
    }
    waiting_.erase(task);
}

Task<bool> Heartbeats::send(const Call& call)
{
    int status = 0;
    for (int i = 0; i < options_.tries; ++i)
    {
        if (i > 0 && co_await stop_.token().wait_for(options_.pause)) break;
        HttpOptions options(deadline_in(options_.call_timeout));
        options.allow_private_addresses = true;
        HttpRequest request("GET", call.url);
        const auto response = co_await client_.send(std::move(request), options);
        status = response.status;
        if (!may_be_tried_again(status)) break;
    }
    const bool told = status >= 200 && status < 300;
    if (!told) log::warning("a heartbeat was not taken", {{"task", call.task}, {"status", status}});
    co_return told;
}

}  // namespace herald
