// What handlers work with. The composition root fills it; everything in it belongs to the loop of the server.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "http/console/mailbox_page.hpp"
#include "operations/accept_notification.hpp"
#include "operations/service_directory.hpp"
#include "storage/notification_store.hpp"
#include "storage/template_store.hpp"

namespace herald::http
{

struct Context
{
    ServiceDirectory& directory;
    AcceptNotification& accept;
    NotificationStore& notifications;
    TemplateStore& templates;
    const KeyRing& keys;
    const Clock& clock;
    const TimeZone& zone;
    // The number of the newest migration, by asking the database: how /_status knows that it answers.
    std::function<Task<std::string>(Deadline)> schema_version;
    // True once the process has been told to stop: /_status then says that it is not ready. Empty function: it never
    // is.
    std::function<bool()> is_draining = {};
    // The newest captured messages, newest first; empty function: this process has no mailbox.
    std::function<std::vector<MailboxEntry>(std::size_t limit)> mailbox = {};
};

}  // namespace herald::http
