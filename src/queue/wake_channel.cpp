#include "queue/wake_channel.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/log.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr const char* kChannel = "herald_queue";  // also in notify_workers.sql
// NOTIFY takes 8000 bytes; a place is at most 43 characters.
constexpr std::size_t kMostPlaces = 180;
constexpr auto kNotifyTimeout = seconds(5);
constexpr auto kListenFor = milliseconds(500);  // how late a stop may be noticed
constexpr auto kPauseAfterFailure = seconds(1);

std::optional<std::pair<std::int16_t, ServiceId>> parse_place(std::string_view text)
{
    std::int16_t lane = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), lane);
    if (error != std::errc() || end == text.data() + text.size() || *end != ':') return std::nullopt;
    const auto service = ServiceId::parse(text.substr(static_cast<std::size_t>(end - text.data()) + 1));
    if (!service) return std::nullopt;
    return std::pair(lane, *service);
}

}  // namespace

std::string WakeMessage::to_text() const
{
    if (everywhere || places.size() > kMostPlaces) return "*";
    std::string text;
    for (const auto& [lane, service] : places)
        text += fmt::format("{}{}:{}", text.empty() ? "" : ",", lane, service.to_string());
    return text;
}

WakeMessage WakeMessage::parse(std::string_view text)
{
    WakeMessage message;
    while (!text.empty())
    {
        const auto comma = std::min(text.find(','), text.size());
        const auto place = parse_place(text.substr(0, comma));
        if (!place)
        {
            message.places.clear();
            message.everywhere = true;
            return message;
        }
        message.places.insert(*place);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return message;
}

WakeSender::WakeSender(pg::Database& database, TaskScope& scope, milliseconds pause)
    : database_(database), scope_(scope), pause_(pause)
{
}

void WakeSender::notify(std::int16_t lane, ServiceId service)
{
    waiting_.places.emplace(lane, service);
    if (sending_) return;
    sending_ = true;
    if (!scope_.spawn("wake_sender", send_until_empty())) sending_ = false;
}

Task<> WakeSender::send_until_empty()
{
    while (!waiting_.places.empty())
    {
        const auto message = std::exchange(waiting_, WakeMessage());
        try
        {
            auto params = pg::Params::of(message.to_text());
            co_await database_.execute(sql::notify_workers, std::move(params), deadline_in(kNotifyTimeout));
        }
        catch (const std::runtime_error& failure)
        {
            log::warning("other processes' workers could not be woken", {{"reason", failure.what()}});
        }
        co_await sleep_for(pause_);
    }
    sending_ = false;
}

WakeListener::WakeListener(pg::Database& database, Hint hint, Everywhere everywhere)
    : database_(database), hint_(std::move(hint)), everywhere_(std::move(everywhere))
{
}

Task<> WakeListener::run(StopToken stop)
{
    while (!stop.requested())
    {
        bool failed = false;
        try
        {
            const Deadline until = deadline_in(kListenFor);
            auto payloads = co_await database_.listen(kChannel, until);
            // Nothing, and early: the channel is listened to anew.
            if (!payloads.empty() || monotonic_now() < until) co_await pass_on(std::move(payloads));
        }
        catch (const std::runtime_error& failure)
        {
            log::warning("what other processes queue is not heard", {{"reason", failure.what()}});
            failed = true;
        }
        if (failed) co_await stop.wait_for(kPauseAfterFailure);
    }
}

Task<> WakeListener::pass_on(std::vector<std::string> payloads)
{
    bool everywhere = payloads.empty();
    for (const auto& payload : payloads)
    {
        const auto message = WakeMessage::parse(payload);
        everywhere = everywhere || message.everywhere;
        for (const auto& [lane, service] : message.places) hint_(lane, service);
    }
    if (everywhere) co_await everywhere_();
}

}  // namespace herald
