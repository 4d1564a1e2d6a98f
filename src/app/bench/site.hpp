// Where `herald bench` measures: a PostgreSQL of its own with durable settings in a throw-away folder, a migrated and
// seeded database, and requests to send.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/bench/bench.hpp"
#include "base/crypto.hpp"
#include "base/settings.hpp"
#include "operations/seed_demo.hpp"
#include "storage/pg/cluster.hpp"
#include "storage/pg/database.hpp"

namespace herald::bench
{

// A folder that was not there before and is not there afterwards.
class OwnFolder
{
public:
    // Throws std::runtime_error when `path` exists or cannot be made.
    explicit OwnFolder(std::filesystem::path path);
    OwnFolder(const OwnFolder&) = delete;
    OwnFolder& operator=(const OwnFolder&) = delete;
    ~OwnFolder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    const std::filesystem::path path_;
};

class Site
{
public:
    // Blocking. Throws std::runtime_error with the reason when the site cannot be made.
    explicit Site(std::filesystem::path directory);
    Site(const Site&) = delete;
    Site& operator=(const Site&) = delete;
    ~Site();  // stops PostgreSQL and removes the folder

    [[nodiscard]] const Settings& settings() const { return settings_; }
    [[nodiscard]] const KeyRing& keys() const { return keys_; }
    [[nodiscard]] const Demo& demo() const { return demo_; }
    [[nodiscard]] pg::Cluster& cluster() const { return *cluster_; }
    // For what else a run needs; gone with the site.
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
    // Runs `work` to its end with a Database of its own. Blocking.
    void with_database(int connections, const std::function<Task<>(pg::Database&)>& work) const;

private:
    OwnFolder folder_;  // the last to go
    std::unique_ptr<pg::Cluster> cluster_;
    Settings settings_;
    KeyRing keys_;
    Demo demo_;
};

// Makes a site and measures there; what is thrown becomes an Error (unavailable). Blocking.
Result<Report> with_site(const BenchOptions& options, const std::function<Report(const Site&)>& measure);

enum class Recipients
{
    real,       // many different ones
    simulated,  // accepted and answered like the others, but nothing is written: the server without its database call
};

// A bearer token for the service's live key, good for 30 seconds.
std::string live_token(const DemoService& service);

// Requests that send a text message or an email in turn, signed anew every few seconds.
class RequestMaker
{
public:
    // `emails_only`: no text messages between them.
    RequestMaker(const DemoService& service, Recipients recipients, bool emails_only = false);
    [[nodiscard]] std::string_view next();

private:
    void sign();

    const DemoService service_;
    const Recipients recipients_;
    const bool emails_only_;
    std::vector<std::string> requests_;
    std::size_t next_ = 0;
    Deadline sign_again_{};
};

// More services like the demo's: live, each with its templates and a live key (no others). Blocking.
std::vector<DemoService> add_services(const Site& site, std::size_t count);

// The answer to one question about a service: a number, or ids. Blocking.
std::int64_t ask(const Site& site, pg::Statement statement, ServiceId service);
std::vector<NotificationId> list(const Site& site, pg::Statement statement, ServiceId service);
// Queues text messages of the demo's other service, as acceptance would write them. Blocking.
void fill_backlog(const Site& site, std::size_t count);

// The most resident memory that this process ever had, in MB.
double resident_mb();

}  // namespace herald::bench
