#include "app/monitoring_role.hpp"

#include <atomic>

#include "app/options.hpp"
#include "http/server/server.hpp"
#include "http/system/health.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

namespace
{

http::ServerOptions monitoring_options(const Settings& settings)
{
    auto options = server_options(settings);
    options.port = static_cast<std::uint16_t>(settings.monitoring.port);
    options.host = settings.monitoring.host;
    options.drain_timeout = seconds(1);
    options.request_timeout = seconds(5);
    return options;
}

}  // namespace

struct MonitoringRole::Parts
{
    Parts(const Settings& settings, const Clock& clock, Loop& loop)
        : database(loop.executor(), database_options(settings, "monitoring", 1)),
          health{.database = database,
                 .is_draining =
                     [this]
                 {
                     return stopping.load();
                 }},
          server(
              loop.executor(), monitoring_options(settings),
              [this](http::Request& request) { return http::system::answer_monitoring(request, health); }, clock)
    {
    }

    std::atomic<bool> stopping = false;
    pg::Database database;
    http::system::Health health;
    http::Server server;
};

MonitoringRole::MonitoringRole(const Settings& settings, const Clock& clock)
    : Role("monitoring"), parts_(std::make_unique<Parts>(settings, clock, loop()))
{
}

MonitoringRole::~MonitoringRole()
{
    halt();
}

void MonitoringRole::announce_stop()
{
    parts_->stopping = true;
}

Task<> MonitoringRole::open()
{
    co_await parts_->database.connect(deadline_in(kConnectTimeout));
}

Task<> MonitoringRole::run(StopToken stop)
{
    co_await parts_->server.run(std::move(stop));
}

}  // namespace herald
