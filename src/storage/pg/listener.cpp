#include "storage/pg/listener.hpp"

#include <algorithm>
#include <stdexcept>

namespace herald::pg
{

namespace
{

// Nobody reads payloads for this long only when the process is stuck: the count is bounded, the news that there was one
// is not lost.
constexpr std::size_t kMostPayloads = 10'000;

bool is_plain_name(std::string_view name)
{
    return !name.empty() && name.size() < 64 &&
           std::all_of(
               name.begin(), name.end(),
               [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

Listener::Listener(Pool& pool)
    : pool_(pool), connection_(std::make_shared<Connection>(pool.executor(), pool.settings(), *this))
{
    connection_->open();
}

Listener::Seen Listener::take(const std::string& channel)
{
    if (!is_plain_name(channel))
        throw std::logic_error("a channel is named in lower case letters, digits and underscores");
    const auto [found, added] = channels_.try_emplace(channel);
    if (added && connection_->ready()) listen_to(channel);
    return std::exchange(found->second, Seen());
}

void Listener::listen_to(const std::string& channel)
{
    const auto [statement, added] = statements_.try_emplace(channel, pool_.info({"listen", "LISTEN"}));
    if (added)
    {
        statement->second.name = "listen_" + channel;
        statement->second.text = "LISTEN \"" + channel + "\"";
    }
    auto request = pool_.make_request();
    request->in_transaction = true;  // it belongs on this connection
    request->add(statement->second, Params());
    request->then = [this, channel](const Request& done)
    {
        if (done.error) return;  // lost: connection_ready() follows
        channels_[channel].missed = true;
        changed_.notify_all();
    };
    connection_->submit(std::move(request));
}

void Listener::connection_ready(Connection& connection)
{
    const auto generation = connection.generation();
    for (const auto& [channel, seen] : channels_)
    {
        if (generation == connection.generation()) listen_to(channel);
    }
}

void Listener::connection_lost(Connection& /*connection*/, std::deque<RequestPtr> /*unsent*/,
                               const std::string& /*reason*/)
{
}

void Listener::connection_idle(Connection& /*connection*/) {}

void Listener::send_again(RequestPtr request)
{
    connection_->submit(std::move(request));
}

void Listener::notified(std::string_view channel, std::string_view payload)
{
    const auto found = channels_.find(channel);
    if (found == channels_.end()) return;
    if (found->second.payloads.size() < kMostPayloads) found->second.payloads.emplace_back(payload);
    changed_.notify_all();
}

void Listener::close()
{
    connection_->close();
    changed_.notify_all();
}

}  // namespace herald::pg
