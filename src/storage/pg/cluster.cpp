#include "storage/pg/cluster.hpp"

#include <csignal>
#include <fstream>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.hpp"
#include "storage/pg/cluster_files.hpp"

namespace herald::pg
{

namespace
{

using PgConnection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using PgResult = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr std::chrono::milliseconds kPoll{10};
constexpr std::chrono::minutes kLongestStart{5};  // crash recovery reads up to max_wal_size of log
constexpr std::chrono::seconds kLongestStop{60};  // the last checkpoint

// Held while a Cluster lives: a second herald on the same folder is refused, not surprised.
class FolderLock
{
public:
    static std::optional<FolderLock> take(const std::filesystem::path& path)
    {
        FolderLock lock;
        lock.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (lock.descriptor_ < 0 || ::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) return std::nullopt;
        return lock;
    }
    FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock()
    {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

private:
    FolderLock() = default;
    int descriptor_ = -1;
};

std::vector<std::string> settings_of(const ClusterOptions& options, const ClusterFolder& folder)
{
    const auto durable = options.fsync ? "on" : "off";
    return {
        "listen_addresses=",
        "port=5432",
        "unix_socket_directories=" + folder.socket.string(),
        "unix_socket_permissions=0700",
        fmt::format("shared_buffers={}MB", options.shared_buffers_mb),
        fmt::format("fsync={}", durable),
        fmt::format("full_page_writes={}", durable),
        "synchronous_commit=on",
        "wal_compression=on",
        "max_wal_size=4GB",
        "checkpoint_timeout=15min",
        "checkpoint_completion_target=0.9",
        "jit=off",
        "max_connections=200",
        "max_parallel_workers_per_gather=0",
        "random_page_cost=1.1",
        "autovacuum_naptime=15s",
        "autovacuum_vacuum_cost_limit=2000",
        "log_min_messages=warning",
        "timezone=UTC",
        "log_timezone=UTC",
    };
}

bool wait_for_end(int pid, std::chrono::milliseconds timeout)
{
    const auto until = std::chrono::steady_clock::now() + timeout;
    while (::kill(pid, 0) == 0)
    {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(kPoll);
    }
    return true;
}

bool is_postgres(const std::filesystem::path& process)
{
    std::ifstream file(process / "comm");
    std::string name;
    return std::getline(file, name) && name.starts_with("postgres");
}

// What a killed PostgreSQL leaves of itself: its successor refuses to start beside them.
std::vector<int> postgres_processes_in(const std::filesystem::path& directory)
{
    std::error_code ignored;
    const auto wanted = std::filesystem::canonical(directory, ignored);
    std::vector<int> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored))
    {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::error_code unreadable;
        if (std::filesystem::read_symlink(entry.path() / "cwd", unreadable) != wanted) continue;
        if (is_postgres(entry.path())) found.push_back(std::atoi(name.c_str()));
    }
    return found;
}

bool end_orphans(const ClusterFolder& folder)
{
    const auto until = std::chrono::steady_clock::now() + kLongestStop;
    auto orphans = postgres_processes_in(folder.data);
    for (const int pid : orphans) ::kill(pid, SIGTERM);
    while (!orphans.empty() && std::chrono::steady_clock::now() < until)
    {
        std::this_thread::sleep_for(kPoll);
        orphans = postgres_processes_in(folder.data);
    }
    return orphans.empty();
}

// Left behind by a herald that was killed. We hold the folder's lock, so nobody uses it: it is shut down, and a new one
// started.
Result<void> end_left_behind(const ClusterFolder& folder)
{
    const auto pid = running_server(folder);
    if (pid)
    {
        log::info("shutting down the PostgreSQL that a killed process left behind", {{"pid", *pid}});
        ::kill(*pid, SIGINT);
        if (!wait_for_end(*pid, kLongestStop))
        {
            return fail(ErrorKind::internal,
                        fmt::format("a PostgreSQL left behind in {} does not end (process {}): stop it first",
                                    folder.root.string(), *pid));
        }
    }
    if (!end_orphans(folder))
    {
        return fail(ErrorKind::internal,
                    fmt::format("processes of a PostgreSQL that was killed in {} do not end: stop them first",
                                folder.root.string()));
    }
    remove_leftovers(folder);
    return {};
}

std::vector<int> children_of(int pid)
{
    std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", pid));
    std::vector<int> children;
    for (int child = 0; file >> child;) children.push_back(child);
    return children;
}

// libpq's quoting of a value in a connection string.
std::string quoted(const std::string& value)
{
    std::string text = "'";
    for (const char c : value)
    {
        if (c == '\'' || c == '\\') text.push_back('\\');
        text.push_back(c);
    }
    return text + "'";
}

std::string percent_encoded(const std::string& value)
{
    std::string text;
    for (const char c : value)
    {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~')
            text.push_back(c);
        else
            text += fmt::format("%{:02X}", byte);
    }
    return text;
}

}  // namespace

struct Cluster::Impl
{
    Impl(ClusterOptions its_options, ClusterFolder its_folder, FolderLock its_lock)
        : options(std::move(its_options)), folder(std::move(its_folder)), lock(std::move(its_lock))
    {
    }

    [[nodiscard]] std::string conninfo(const std::string& database) const
    {
        return fmt::format("host={} port=5432 user=herald dbname={}", quoted(folder.socket.string()), quoted(database));
    }
    Result<void> launch(const ServerPrograms& programs);
    Result<void> wait_until_it_answers();

    ClusterOptions options;
    ClusterFolder folder;
    FolderLock lock;
    std::optional<Process> server;
};

Result<void> Cluster::Impl::launch(const ServerPrograms& programs)
{
    ProcessOptions process;
    process.argv = {programs.postgres.string(), "-D", folder.data.string()};
    for (const auto& setting : settings_of(options, folder))
    {
        process.argv.emplace_back("-c");
        process.argv.push_back(setting);
    }
    process.user = folder.user;
    process.keep_capability = folder.capability;
    process.working_directory = folder.data;
    process.output = ProcessOutput::file;
    process.output_file = folder.log;
    process.die_with_parent = true;
    auto started = Process::start(process);
    if (!started) return Failure(started.error());
    server.emplace(std::move(*started));
    return wait_until_it_answers();
}

Result<void> Cluster::Impl::wait_until_it_answers()
{
    const auto until = std::chrono::steady_clock::now() + kLongestStart;
    const auto where = conninfo("postgres");
    while (PQping(where.c_str()) != PQPING_OK)
    {
        if (server->poll())
        {
            return fail(ErrorKind::internal, fmt::format("PostgreSQL did not start in {}: {}\n{}", folder.root.string(),
                                                         server->poll()->describe(), tail_of_log(folder)));
        }
        if (std::chrono::steady_clock::now() > until)
        {
            return fail(ErrorKind::internal, fmt::format("PostgreSQL in {} does not answer", folder.root.string()));
        }
        std::this_thread::sleep_for(kPoll);
    }
    return {};
}

Cluster::Cluster(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Cluster::~Cluster()
{
    stop();
}

Result<std::unique_ptr<Cluster>> Cluster::start(ClusterOptions options)
{
    auto folder = prepare_folder(options.directory);
    if (!folder) return Failure(folder.error());
    auto lock = FolderLock::take(folder->root / "lock");
    if (!lock)
    {
        return fail(
            ErrorKind::conflict,
            fmt::format("{} is in use by another herald: stop it, or choose another folder", folder->root.string()));
    }
    const auto major = made_by(*folder);
    if (!major) return Failure(major.error());
    const auto programs = find_server_programs(*major);
    if (!programs) return Failure(programs.error());
    if (*major == 0)
    {
        const auto made = options.standby_of.empty()
                              ? make_cluster(*folder, *programs, options.fsync)
                              : copy_cluster(*folder, *programs, options.fsync, options.standby_of);
        if (!made) return Failure(made.error());
    }
    if (auto ended = end_left_behind(*folder); !ended) return Failure(ended.error());
    auto impl = std::make_unique<Impl>(std::move(options), std::move(*folder), std::move(*lock));
    if (auto launched = impl->launch(*programs); !launched) return Failure(launched.error());
    return std::unique_ptr<Cluster>(new Cluster(std::move(impl)));
}

void Cluster::stop()
{
    if (!impl_->server) return;
    impl_->server->signal(SIGINT);
    if (!impl_->server->wait(kLongestStop)) log::error("PostgreSQL did not shut down; it is killed");
    impl_->server.reset();
}

void Cluster::kill()
{
    if (!impl_->server) return;
    // Children make groups of their own, and a new server refuses to start while one of them lives.
    const auto children = children_of(impl_->server->pid());
    impl_->server->signal(SIGKILL);
    for (const auto child : children) ::kill(child, SIGKILL);
    impl_->server->wait(kLongestStop);
    for (const auto child : children) wait_for_end(child, kLongestStop);
    impl_->server.reset();
}

Result<void> Cluster::restart()
{
    stop();
    const auto major = made_by(impl_->folder);
    if (!major) return Failure(major.error());
    const auto programs = find_server_programs(*major);
    if (!programs) return Failure(programs.error());
    if (auto ended = end_left_behind(impl_->folder); !ended) return ended;
    return impl_->launch(*programs);
}

int Cluster::pid() const
{
    return impl_->server ? impl_->server->pid() : -1;
}

bool Cluster::running() const
{
    return impl_->server && !impl_->server->poll();
}

Result<std::string> Cluster::database(const std::string& name)
{
    const PgConnection connection(PQconnectdb(impl_->conninfo("postgres").c_str()), &PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK)
        return fail(ErrorKind::unavailable, PQerrorMessage(connection.get()));
    const char* const values[] = {name.c_str()};
    const PgResult found(PQexecParams(connection.get(), "SELECT 1 FROM pg_database WHERE datname = $1", 1, nullptr,
                                      values, nullptr, nullptr, 0),
                         &PQclear);
    if (PQntuples(found.get()) == 1) return impl_->conninfo(name);
    const std::unique_ptr<char, decltype(&PQfreemem)> identifier(
        PQescapeIdentifier(connection.get(), name.data(), name.size()), &PQfreemem);
    if (!identifier) return fail(ErrorKind::bad_request, "that is no name for a database");
    const PgResult made(PQexec(connection.get(), fmt::format("CREATE DATABASE {}", identifier.get()).c_str()),
                        &PQclear);
    if (PQresultStatus(made.get()) != PGRES_COMMAND_OK)
        return fail(ErrorKind::internal, PQerrorMessage(connection.get()));
    return impl_->conninfo(name);
}

std::string Cluster::database_url(const std::string& name) const
{
    return fmt::format("postgresql:///{}?host={}&port=5432&user=herald", percent_encoded(name),
                       percent_encoded(impl_->folder.socket.string()));
}

}  // namespace herald::pg
