#include "app/bench/hand_off.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "app/bench/load_generator.hpp"
#include "base/json.hpp"
#include "runtime/http_client.hpp"
#include "runtime/task_scope.hpp"

namespace herald::bench
{

namespace
{

constexpr auto kTimeout = seconds(60);
constexpr int kLoneMessages = 300;
constexpr auto kLonePause = milliseconds(20);

HttpRequest request_for(const LoneMessages& lone)
{
    const bool sms = lone.channel == Channel::sms;
    const auto& templates = lone.service.templates;
    HttpHeaders headers{{"Authorization", "Bearer " + live_token(lone.service)}, {"Content-Type", "application/json"}};
    auto body = fmt::format(R"({{{}, "template_id": "{}", "personalisation": {{"name": "Ada"}}}})",
                            sms ? R"("phone_number": "+12025550199")" : R"("email_address": "ada@example.gov")",
                            (sms ? templates.sms : templates.email).to_string());
    auto url = fmt::format("http://127.0.0.1:{}/v2/notifications/{}", lone.port, sms ? "sms" : "email");
    return {"POST", std::move(url), std::move(headers), std::move(body)};
}

struct Lone
{
    NotificationId id;
    double milliseconds_to_provider = 0;
};

Task<Lone> send_lone(HttpClient& client, const LoneMessages& lone)
{
    HttpOptions options(deadline_in(kTimeout));
    options.allow_private_addresses = true;
    auto request = request_for(lone);
    const auto answer = co_await client.send(std::move(request), options);
    const Instant answered = SystemClock().now();
    if (answer.status != 201) throw std::runtime_error(fmt::format("a lone message was answered {}", answer.status));
    const auto body = parse_json(answer.body);
    const auto id = NotificationId::parse(std::string_view(body->at("id").as_string()));
    const Deadline until = deadline_in(kTimeout);
    while (std::chrono::steady_clock::now() < until)
    {
        if (const auto reached = lone.reached(*id))
            co_return Lone{*id, std::max(0.0, std::chrono::duration<double, std::milli>(*reached - answered).count())};
        co_await sleep_for(milliseconds(1));
    }
    throw std::runtime_error("a lone message did not reach the provider within a minute");
}

}  // namespace

HandOffTimes measure_hand_off(const LoneMessages& lone)
{
    HandOffTimes times;
    std::vector<double> took;
    run_task<>(
        [&]() -> Task<>
        {
            HttpClient client(co_await asio::this_coro::executor);
            for (int i = 0; i < kLoneMessages; ++i)
            {
                const auto one = co_await send_lone(client, lone);
                took.push_back(one.milliseconds_to_provider);
                times.accepted.push_back(one.id);
                co_await sleep_for(kLonePause);
            }
        });
    times.p50_ms = percentile(took, 50);
    times.p95_ms = percentile(took, 95);
    times.p99_ms = percentile(took, 99);
    return times;
}

}  // namespace herald::bench
