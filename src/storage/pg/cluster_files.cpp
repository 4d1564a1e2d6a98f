#include "storage/pg/cluster_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.hpp"

namespace herald::pg
{

namespace fs = std::filesystem;

namespace
{

constexpr int kFormat = 1;
constexpr int kOldestMajor = 15;
constexpr std::size_t kLongestSocketPath = 107;  // sun_path, less its NUL
constexpr std::string_view kSocketFile = "/.s.PGSQL.5432";

int to_number(std::string_view text)
{
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string read_text(const fs::path& path)
{
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

bool is_program(const fs::path& path)
{
    return ::access(path.c_str(), X_OK) == 0;
}

std::optional<ServerPrograms> newest_packaged(int major)
{
    std::optional<ServerPrograms> newest;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored))
    {
        ServerPrograms found{to_number(entry.path().filename().string()), entry.path() / "bin/initdb",
                             entry.path() / "bin/postgres"};
        if (found.major < kOldestMajor || (major != 0 && found.major != major)) continue;
        if (!is_program(found.initdb) || !is_program(found.postgres)) continue;
        if (!newest || newest->major < found.major) newest = std::move(found);
    }
    return newest;
}

// "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"
std::optional<ServerPrograms> from_path(int major)
{
    const auto postgres = find_program("postgres");
    const auto initdb = find_program("initdb");
    if (!postgres || !initdb) return std::nullopt;
    ProcessOptions options;
    options.argv = {postgres->string(), "--version"};
    const auto answer = run_process(options, std::chrono::seconds(10));
    if (!answer || !answer->status.success()) return std::nullopt;
    constexpr std::string_view kMark = "(PostgreSQL) ";
    const auto at = answer->output.find(kMark);
    if (at == std::string::npos) return std::nullopt;
    ServerPrograms found{to_number(std::string_view(answer->output).substr(at + kMark.size())), *initdb, *postgres};
    if (found.major < kOldestMajor || (major != 0 && found.major != major)) return std::nullopt;
    return found;
}

Result<void> give_to(const std::optional<UserIds>& user, const fs::path& path)
{
    if (user && ::lchown(path.c_str(), user->uid, user->gid) != 0)
    {
        return fail(ErrorKind::internal, fmt::format("{} could not be given to the server's user", path.string()));
    }
    return {};
}

// A directory of ours alone. Refuses what somebody else put there first: /tmp is everyone's.
Result<void> make_private(const std::optional<UserIds>& user, const fs::path& path)
{
    if (::mkdir(path.c_str(), 0700) == 0) return give_to(user, path);
    struct stat status{};
    const auto owner = user ? user->uid : ::geteuid();
    if (::lstat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    {
        return fail(ErrorKind::internal, fmt::format("{} could not be made", path.string()));
    }
    if (status.st_uid != owner)
    {
        // Root made it and was killed before giving it away; nobody else's folder is touched.
        if (status.st_uid != ::geteuid())
            return fail(ErrorKind::internal, fmt::format("{} belongs to another user", path.string()));
        if (auto given = give_to(user, path); !given) return given;
    }
    if (::chmod(path.c_str(), 0700) != 0)
        return fail(ErrorKind::internal, fmt::format("{}: chmod failed", path.string()));
    return {};
}

// The first folder on the way to `root` that others may not pass; empty: there is none.
fs::path closed_folder(const fs::path& root)
{
    for (fs::path path = root; path != path.root_path(); path = path.parent_path())
    {
        struct stat status{};
        if (::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IXOTH) == 0) return path;
    }
    return {};
}

// The unprivileged user has to pass through every folder above, also root's home: it is given the right to, and no more
// than needed.
Result<void> make_reachable(ClusterFolder& folder)
{
    const auto closed = closed_folder(folder.root);
    if (closed.empty()) return {};
    for (const int capability : {CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE})
    {
        if (!has_capability(capability)) continue;
        folder.capability = capability;
        return {};
    }
    return fail(
        ErrorKind::internal,
        fmt::format("PostgreSQL does not run as root, and its user {} cannot reach {}: choose a folder outside, "
                    "or run herald as an ordinary user",
                    folder.user_name, closed.string()));
}

Result<void> find_server_user(ClusterFolder& folder)
{
    if (::geteuid() != 0) return {};
    for (const auto* name : {"postgres", "nobody"})
    {
        folder.user = find_user(name);
        folder.user_name = name;
        if (folder.user) return {};
    }
    return fail(ErrorKind::internal,
                "PostgreSQL does not run as root, and there is neither a user postgres nor nobody");
}

// By a program that takes -D and --no-sync.
Result<void> fill_folder(const ClusterFolder& folder, bool sync, std::vector<std::string> program)
{
    const auto fresh = folder.root / "data.new";
    std::error_code error;
    fs::remove_all(fresh, error);
    if (auto made = make_private(folder.user, fresh); !made) return made;
    ProcessOptions options;
    options.argv = std::move(program);
    options.argv.insert(options.argv.end(), {"-D", fresh.string()});
    if (!sync) options.argv.emplace_back("--no-sync");
    options.user = folder.user;
    options.keep_capability = folder.capability;
    options.working_directory = fresh;
    const auto ended = run_process(options, std::chrono::minutes(2));
    if (!ended) return Failure(ended.error());
    if (!ended->status.success())
    {
        Error failure(ErrorKind::internal,
                      fmt::format("{} failed in {}: {}", options.argv.front(), fresh.string(), ended->output));
        return Failure(std::move(failure));
    }
    std::ofstream(folder.format) << kFormat << "\n";
    fs::rename(fresh, folder.data, error);
    if (error) return fail(ErrorKind::internal, fmt::format("{} could not be renamed to data", fresh.string()));
    return {};
}

}  // namespace

Result<ServerPrograms> find_server_programs(int major)
{
    if (auto found = newest_packaged(major)) return *found;
    if (auto found = from_path(major)) return *found;
    if (major == 0)
        return fail(ErrorKind::internal, "no PostgreSQL 15 or newer was found: install the package postgresql");
    return fail(
        ErrorKind::internal,
        fmt::format(
            "the folder was made by PostgreSQL {0}, which is not installed: install the package postgresql-{0}, "
            "or choose another folder",
            major));
}

Result<ClusterFolder> prepare_folder(const fs::path& directory)
{
    std::error_code error;
    ClusterFolder folder;
    folder.root = fs::absolute(directory, error).lexically_normal();
    if (!folder.root.has_filename()) folder.root = folder.root.parent_path();  // "a/b/" is "a/b"
    fs::create_directories(folder.root, error);
    if (error || ::access(folder.root.c_str(), W_OK | X_OK) != 0)
    {
        return fail(ErrorKind::internal,
                    fmt::format("the folder {} cannot be made or written to", folder.root.string()));
    }
    folder.data = folder.root / "data";
    folder.log = folder.root / "server.log";
    folder.format = folder.root / "HERALD_FORMAT";
    folder.socket = folder.root / "socket";
    if (folder.socket.string().size() + kSocketFile.size() > kLongestSocketPath)
    {
        const auto digest = sha256(folder.root.string());
        const std::string_view bytes(reinterpret_cast<const char*>(digest.data()), 8);
        folder.socket = fs::path("/tmp") / ("herald-" + hex_encode(bytes));
    }
    if (auto found = find_server_user(folder); !found) return Failure(found.error());
    if (folder.user)
    {
        if (auto reachable = make_reachable(folder); !reachable) return Failure(reachable.error());
    }
    if (auto made = make_private(folder.user, folder.socket); !made) return Failure(made.error());
    return folder;
}

Result<int> made_by(const ClusterFolder& folder)
{
    if (!fs::exists(folder.data)) return 0;
    const auto format = to_number(read_text(folder.format));
    if (format > kFormat)
    {
        return fail(ErrorKind::internal, fmt::format("{} was made by a newer herald (format {}, this one knows {})",
                                                     folder.root.string(), format, kFormat));
    }
    const auto major = format == 0 ? 0 : to_number(read_text(folder.data / "PG_VERSION"));
    if (major == 0)
        return fail(ErrorKind::internal, fmt::format("{} is not a cluster of herald's", folder.data.string()));
    return major;
}

Result<void> make_cluster(const ClusterFolder& folder, const ServerPrograms& programs, bool sync)
{
    // Trust, because only we can reach the socket: its folder is ours alone. The C locale sorts the same on every
    // machine.
    return fill_folder(folder, sync,
                       {programs.initdb.string(), "-U", "herald", "--auth=trust", "--encoding=UTF8", "--locale=C",
                        "--data-checksums"});
}

Result<void> copy_cluster(const ClusterFolder& folder, const ServerPrograms& programs, bool sync,
                          const std::string& primary)
{
    return fill_folder(folder, sync,
                       {(programs.postgres.parent_path() / "pg_basebackup").string(), "--dbname", primary,
                        "--write-recovery-conf", "--create-slot", "--slot=herald_standby", "--checkpoint=fast"});
}

std::optional<int> running_server(const ClusterFolder& folder)
{
    const auto pid = to_number(read_text(folder.data / "postmaster.pid"));
    if (pid <= 0) return std::nullopt;
    // A server works in its data folder. Any other process with this id is somebody else's.
    std::error_code error;
    const auto works_in = fs::read_symlink(fmt::format("/proc/{}/cwd", pid), error);
    if (error || works_in != fs::canonical(folder.data, error)) return std::nullopt;
    return pid;
}

void remove_leftovers(const ClusterFolder& folder)
{
    std::error_code ignored;
    fs::remove(folder.data / "postmaster.pid", ignored);
    fs::remove(folder.socket.string() + std::string(kSocketFile), ignored);
    fs::remove(folder.socket.string() + std::string(kSocketFile) + ".lock", ignored);
}

std::string tail_of_log(const ClusterFolder& folder)
{
    constexpr std::size_t kMost = 1500;
    const auto text = read_text(folder.log);
    return text.size() <= kMost ? text : text.substr(text.size() - kMost);
}

}  // namespace herald::pg
