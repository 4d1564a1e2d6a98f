// What handlers work with. The composition root fills it; everything in it belongs to the loop of the server.
#pragma once

#include <functional>
#include <string>

#include "base/clock.hpp"
#include "base/crypto.hpp"
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
    // The mailbox page's table, newest first; empty function: this process has no mailbox.
    std::function<std::string()> mailbox_html;
};

}  // namespace herald::http
