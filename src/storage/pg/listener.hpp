// Private to storage/pg: one connection that LISTENs on every channel somebody has asked for.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/notifier.hpp"
#include "storage/pg/pool.hpp"

namespace herald::pg
{

class Listener final : public ConnectionOwner
{
public:
    explicit Listener(Pool& pool);

    // Takes what has arrived since the last call. `missed`: LISTEN has been said anew since, so something may have been
    // lost.
    struct Seen
    {
        std::vector<std::string> payloads;
        bool missed = false;
    };
    Seen take(const std::string& channel);
    [[nodiscard]] Notifier& changed() { return changed_; }
    void close();

    void connection_ready(Connection& connection) override;
    void connection_lost(Connection& connection, std::deque<RequestPtr> unsent, const std::string& reason) override;
    void connection_idle(Connection& connection) override;
    void send_again(RequestPtr request) override;
    void notified(std::string_view channel, std::string_view payload) override;

private:
    void listen_to(const std::string& channel);

    Pool& pool_;
    std::shared_ptr<Connection> connection_;
    std::map<std::string, Seen, std::less<>> channels_;
    std::map<std::string, StatementInfo> statements_;  // LISTEN carries its channel in its text
    Notifier changed_;
};

}  // namespace herald::pg
