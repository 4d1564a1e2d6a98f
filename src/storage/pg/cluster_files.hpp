// Private to storage/pg: what a private cluster consists of on disk, and which programs make and run it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "runtime/process.hpp"

namespace herald::pg
{

struct ServerPrograms
{
    int major = 0;
    std::filesystem::path initdb;
    std::filesystem::path postgres;
};

// The programs of `major`, or the newest there is when it is 0 (15 at least): /usr/lib/postgresql/*/bin first, then
// PATH.
Result<ServerPrograms> find_server_programs(int major);

struct ClusterFolder
{
    std::filesystem::path root;
    std::filesystem::path data;
    std::filesystem::path socket;  // a short path outside when the one inside is too long for a unix socket
    std::filesystem::path log;
    std::filesystem::path format;  // HERALD_FORMAT: the number of this layout
    std::optional<UserIds> user;   // whom the server runs as, when we are root
    std::string user_name;
    std::optional<int> capability;  // what that user needs to get here (CAP_...)
};

// Makes the folder where it is missing and checks who may reach it.
Result<ClusterFolder> prepare_folder(const std::filesystem::path& directory);
// The major version that made data/; 0 when there is none. Refuses a folder of a newer herald.
Result<int> made_by(const ClusterFolder& folder);
// initdb into a folder beside, renamed when complete: a kill leaves either nothing or a cluster.
Result<void> make_cluster(const ClusterFolder& folder, const ServerPrograms& programs, bool sync);
// The same, as a standby of the cluster at `primary`, with a replication slot there that keeps what it has not got.
Result<void> copy_cluster(const ClusterFolder& folder, const ServerPrograms& programs, bool sync,
                          const std::string& primary);
// The process of a server that runs on data/ now; nullopt when postmaster.pid is absent or stale.
std::optional<int> running_server(const ClusterFolder& folder);
// Takes away what a killed server left: its lock files and its socket. Only when none runs.
void remove_leftovers(const ClusterFolder& folder);
// The last lines the server logged, for an Error.
std::string tail_of_log(const ClusterFolder& folder);

}  // namespace herald::pg
