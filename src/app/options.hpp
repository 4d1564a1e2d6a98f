// From the settings of a process to the options of each of its objects: the one place where a configuration key meets
// its user. Pure.
#pragma once

#include "base/settings.hpp"
#include "http/server/server.hpp"
#include "operations/accept_notification.hpp"
#include "operations/deliver_notifications.hpp"
#include "operations/process_jobs.hpp"
#include "operations/service_directory.hpp"
#include "ops/heartbeats.hpp"
#include "queue/queue.hpp"
#include "runtime/outbound_url.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

// How long whoever starts waits for its database.
inline constexpr seconds kConnectTimeout{10};

// What is wrong with database.url, without its text: it may hold a password.
Result<void> check_database_url(const Settings& settings);
pg::DatabaseOptions database_options(const Settings& settings, std::string_view role);
// So many connections, whatever the settings say.
pg::DatabaseOptions database_options(const Settings& settings, std::string_view role, int connections);
http::ServerOptions server_options(const Settings& settings);
AcceptOptions accept_options(const Settings& settings);
ServiceDirectory::Options directory_options(const Settings& settings);
DeliverOptions deliver_options(const Settings& settings);
QueueOptions queue_options(const Settings& settings);
JobOptions job_options(const Settings& settings);
RecorderOptions recorder_options(const Settings& settings);
Heartbeats::Options heartbeat_options(const Settings& settings);
OutboundRule callback_urls_allowed(const Settings& settings);

}  // namespace herald
