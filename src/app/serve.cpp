#include "app/serve.hpp"

#include <cstdlib>

#include "app/options.hpp"
#include "base/log.hpp"
#include "runtime/task_scope.hpp"
#include "storage/pg/migrator.hpp"

namespace herald
{

namespace
{

constexpr auto kLook = milliseconds(500);
constexpr int kNotDrained = 3;
constexpr auto kLastLines = seconds(1);

Task<Result<void>> check_schema_of(const Settings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    pg::Database database(executor, database_options(settings, "start", 1));
    const auto deadline = deadline_in(kConnectTimeout);
    co_await database.connect(deadline);
    auto checked = co_await pg::check_schema(database, deadline);
    database.close();
    co_return checked;
}

Result<void> check_database(const Settings& settings)
{
    try
    {
        return run_task<Result<void>>([&settings] { return check_schema_of(settings); });
    }
    catch (const std::exception& failure)
    {
        return fail(ErrorKind::unavailable,
                    std::string("the database of database.url does not answer: ") + failure.what());
    }
}

// The word "delivered" will be said of messages that nobody gets.
void warn_of_capture(const ProviderSettings& providers)
{
    const auto captures = [](const std::vector<std::string>& names)
    {
        return std::ranges::find(names, "capture") != names.end();
    };
    if (captures(providers.email))
        log::warning("emails are captured instead of sent", {{"reason", "providers.email names capture"}});
    if (captures(providers.sms))
        log::warning("text messages are captured instead of sent", {{"reason", "providers.sms names capture"}});
}

log::Level level_of(std::string_view name)
{
    if (name == "debug") return log::Level::debug;
    if (name == "warning") return log::Level::warning;
    return name == "error" ? log::Level::error : log::Level::info;
}

}  // namespace

void configure_log(const LogSettings& settings)
{
    log::configure(level_of(settings.level), settings.format == "text" ? log::Format::text : log::Format::json);
}

Result<void> run_until_signal(Node& node, SignalRole& signals, const ProcessHooks& hooks)
{
    bool by_signal = false;
    do by_signal = signals.wait_stopped(deadline_in(kLook));
    while (!by_signal && !node.failed() && hooks.look());
    log::info("stopping", {{"asked", by_signal}});
    if (!node.stop())
    {
        hooks.before_exit();
        log::flush(kLastLines);
        std::_Exit(kNotDrained);
    }
    log::info("stopped");
    if (!by_signal) return fail(ErrorKind::internal, "a role failed; the log says why");
    return {};
}

Result<void> serve(const Settings& settings, RoleSet roles)
{
    configure_log(settings.log);
    if (auto complete = check_complete(settings); !complete) return complete;
    auto keys = KeyRing::parse(settings.security.keys);
    if (!keys) return Failure(keys.error());
    if (auto checked = check_database(settings); !checked) return checked;
    try
    {
        SignalRole signals;
        Node node(settings, std::move(*keys), roles, nullptr);
        if (auto started = node.start(); !started) return started;
        if (roles.worker) warn_of_capture(settings.providers);
        if (roles.api) log::info("listening", {{"host", settings.http.host}, {"port", node.port()}});
        return run_until_signal(node, signals, {});
    }
    catch (const std::exception& failure)
    {
        return fail(ErrorKind::unavailable, failure.what());
    }
}

}  // namespace herald
