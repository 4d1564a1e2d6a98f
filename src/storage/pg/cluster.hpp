// A private PostgreSQL cluster in a folder: what `herald dev` and the tests run on. A real server with durable settings
// (fsync and synchronous_commit stay on), reached over a unix socket inside the folder, never over TCP.
//
// PostgreSQL refuses to run as root, so as root its processes run as an unprivileged user (postgres where it exists,
// else nobody). In a folder that this user could not reach, such as root's home, they keep the capability to.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"

namespace herald::pg
{

// The server ends (SIGTERM) when the thread that started it ends, so start it from a thread that stays: main().
struct ClusterOptions
{
    std::filesystem::path directory;  // made when absent; holds data/, socket/ and server.log
    bool fsync = true;                // tests may turn it off for speed; `herald dev` never does
    int shared_buffers_mb = 128;
    // conninfo or URI of a running Cluster: a new folder becomes a streaming standby of it (standby.hpp) that can be
    // read. The primary keeps what the standby has not got yet, so one primary has one standby.
    std::string standby_of;
};

// Blocking: for start-up and tests, not for a loop. Not thread-safe.
class Cluster
{
public:
    // initdb when the folder is new, then starts the server and waits until it answers. A cluster left behind by a
    // killed process is recovered: a stale postmaster.pid is dealt with, a server of ours that still runs there is
    // taken over or refused with a clear Error. Errors say what to do (no PostgreSQL 15+ found: which package; folder
    // not writable; made by a newer PostgreSQL; in use).
    static Result<std::unique_ptr<Cluster>> start(ClusterOptions options);
    ~Cluster();  // stop()

    // Fast shutdown (checkpoint, then exit). Idempotent.
    void stop();
    // SIGKILL to the postmaster and its children, for crash tests. start() again recovers.
    void kill();
    // Starts the server again after stop() or kill(), on the same folder and under the same conninfo.
    Result<void> restart();
    [[nodiscard]] int pid() const;  // -1 while stopped
    // False after stop(), kill(), and when the server has ended by itself.
    [[nodiscard]] bool running() const;
    // conninfo of a database in it; created when absent.
    Result<std::string> database(const std::string& name);
    // The same as a postgresql:// URI, which other programs take as well.
    [[nodiscard]] std::string database_url(const std::string& name) const;

private:
    struct Impl;
    explicit Cluster(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace herald::pg
