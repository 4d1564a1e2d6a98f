// What handlers work with. The composition root fills it; everything in it belongs to the loop of the server.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "http/callbacks/intake.hpp"
#include "http/console/mailbox_page.hpp"
#include "http/system/health.hpp"
#include "http/turnstile.hpp"
#include "operations/accept_bulk.hpp"
#include "operations/accept_notification.hpp"
#include "operations/change_feed.hpp"
#include "operations/service_directory.hpp"
#include "operations/unsubscribe.hpp"
#include "storage/notification_store.hpp"
#include "storage/template_store.hpp"

namespace herald
{
class ObjectStore;  // objects/object_store.hpp
}

namespace herald::http
{

struct Context
{
    ServiceDirectory& directory;
    AcceptNotification& accept;
    AcceptBulk& bulk;
    Turnstile& turnstile;  // before the work on a message begins
    NotificationStore& notifications;
    TemplateStore& templates;
    Unsubscribe& unsubscribe;
    pg::Database& database;  // for what changes something
    pg::Database& reading;   // for lists
    ObjectStore& uploads;    // the files of jobs
    ObjectStore& contact_list_files;
    ChangeFeed& changes;
    const KeyRing& keys;
    const Clock& clock;
    const TimeZone& zone;
    system::Health health;
    callbacks::Intake intake;  // of what providers post
    // The newest captured messages, newest first; empty function: this process has no mailbox.
    std::function<std::vector<MailboxEntry>(std::size_t limit)> mailbox = {};
};

}  // namespace herald::http
