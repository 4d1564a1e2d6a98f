#include "app/dev.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "app/dev_welcome.hpp"
#include "app/options.hpp"
#include "app/prepare_database.hpp"
#include "app/serve.hpp"
#include "base/log.hpp"
#include "runtime/http_client.hpp"
#include "storage/pg/cluster.hpp"

namespace herald
{

namespace
{

constexpr std::string_view kDatabase = "herald";
constexpr auto kSeedTimeout = seconds(20);
constexpr auto kAnswerTimeout = seconds(20);
constexpr std::size_t kInternalSecretBytes = 24;

// The keys and secrets of this folder: those it has, or new ones.
Result<DevFolder> open_folder(const std::filesystem::path& directory, std::string database_url)
{
    auto found = read_dev_folder(directory);
    if (!found && found.error().kind != ErrorKind::not_found) return found;
    DevFolder folder = found ? std::move(*found) : DevFolder{};
    folder.database_url = std::move(database_url);
    if (folder.keys.empty()) folder.keys = KeyRing::generate().to_text();
    if (folder.internal_secret.empty()) folder.internal_secret = base64url_encode(random_bytes(kInternalSecretBytes));
    if (auto written = write_dev_folder(directory, folder); !written) return Failure(written.error());
    return folder;
}

void fill_in(Settings& settings, const DevFolder& folder, const std::filesystem::path& directory)
{
    if (settings.objects.folder.empty()) settings.objects.folder = (directory / kDevObjectsName).string();
    settings.database.url = folder.database_url;
    if (settings.security.keys.empty()) settings.security.keys = folder.keys;
    if (settings.security.internal_secret.empty()) settings.security.internal_secret = folder.internal_secret;
}

Task<Demo> seed(const Settings& settings, const KeyRing& keys)
{
    const auto executor = co_await asio::this_coro::executor;
    pg::Database database(executor, database_options(settings, "dev", 1));
    const auto deadline = deadline_in(kSeedTimeout);
    co_await database.connect(deadline);
    auto demo = co_await seed_demo(database, keys, SystemClock().now(), deadline);
    database.close();
    co_return demo;
}

// "Ready" is said when a request over HTTP says so.
Task<Result<void>> ask_status(const std::string& base_url)
{
    HttpClient client(co_await asio::this_coro::executor);
    HttpOptions options(deadline_in(kAnswerTimeout));
    options.allow_private_addresses = true;
    HttpRequest request("GET", base_url + "/_status");
    const auto answer = co_await client.send(std::move(request), options);
    if (answer.status == 200) co_return Result<void>();
    co_return fail(ErrorKind::unavailable, fmt::format("{} answered {} {}", base_url, answer.status, answer.error));
}

std::string this_program()
{
    std::error_code ignored;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", ignored);
    const auto nearby = std::filesystem::proximate(path, ignored);
    return nearby.empty() || nearby.string().starts_with("..") ? path.string() : nearby.string();
}

std::string url_host(const std::string& host)
{
    if (host == "0.0.0.0" || host == "::") return "127.0.0.1";
    return host.contains(':') ? "[" + host + "]" : host;
}

Result<void> announce(const DevFacts& facts, const DevOptions& options)
{
    if (auto answers = run_task<Result<void>>([&facts] { return ask_status(facts.base_url); }); !answers)
        return answers;
    if (options.ready_file)
    {
        if (auto written = write_file_atomically(*options.ready_file, ready_json(facts), 0600); !written)
            return written;
    }
    const auto text = welcome_text(facts);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
    return {};
}

// A PostgreSQL that was killed is started again; what it had promised to keep, it has kept.
bool keep_running(pg::Cluster& cluster)
{
    if (cluster.running()) return true;
    log::warning("PostgreSQL has ended; starting it again");
    const auto restarted = cluster.restart();
    if (!restarted) log::error("PostgreSQL cannot be started again", {{"reason", restarted.error().message}});
    return restarted.has_value();
}

ProcessHooks hooks_for(pg::Cluster& cluster)
{
    ProcessHooks hooks;
    hooks.look = [&cluster]
    {
        return keep_running(cluster);
    };
    hooks.before_exit = [&cluster]
    {
        cluster.stop();
    };
    return hooks;
}

Result<void> run_on(pg::Cluster& cluster, Settings& settings, const DevOptions& options)
{
    if (auto made = cluster.database(std::string(kDatabase)); !made) return Failure(made.error());
    const auto folder = open_folder(options.directory, cluster.database_url(std::string(kDatabase)));
    if (!folder) return Failure(folder.error());
    fill_in(settings, *folder, options.directory);
    auto keys = KeyRing::parse(settings.security.keys);
    if (!keys) return Failure(keys.error());
    if (auto prepared = prepare_database(settings); !prepared) return Failure(prepared.error());

    DevFacts facts;
    facts.demo = run_task<Demo>([&] { return seed(settings, *keys); });
    SignalRole signals;
    Node node(settings, *keys, RoleSet::all(), std::make_shared<Mailbox>());
    if (auto started = node.start(); !started) return started;
    facts.base_url = fmt::format("http://{}:{}", url_host(settings.http.host), node.port());
    facts.database_url = settings.database.url;
    facts.admin_client_id = settings.security.internal_client_id;
    facts.admin_secret = settings.security.internal_secrets().front();
    facts.program = this_program();
    facts.pid = ::getpid();
    if (auto announced = announce(facts, options); !announced) return announced;
    return run_until_signal(node, signals, hooks_for(cluster));
}

}  // namespace

Result<void> run_dev(Settings settings, const DevOptions& options)
{
    configure_log(settings.log);
    pg::ClusterOptions cluster_options;
    cluster_options.directory = options.directory;
    log::info("starting PostgreSQL", {{"folder", options.directory.string()}});
    auto cluster = pg::Cluster::start(std::move(cluster_options));
    if (!cluster) return Failure(cluster.error());
    try
    {
        return run_on(**cluster, settings, options);
    }
    catch (const std::exception& failure)
    {
        return fail(ErrorKind::unavailable, failure.what());
    }
}

}  // namespace herald
