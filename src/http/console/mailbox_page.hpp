// The developer's mailbox: what the capture providers were given, as a page. Served where the process has a mailbox
// (`herald dev`); elsewhere its routes are the usual 404.
//
// Security: messages hold whatever their senders wrote. Every text is escaped; the HTML of an email is shown only in a
// sandboxed frame with a policy of its own, in which nothing runs and nothing is loaded from outside.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "http/server/route.hpp"

namespace herald::http
{

struct MailboxEntry
{
    NotificationId id;
    std::string channel;  // "email", "sms"
    std::string to;
    std::string from;
    std::string subject;  // email
    std::string text;
    std::string html;    // email
    std::string status;  // of the last receipt; empty: none yet
    std::optional<std::string> reply_to;
    Instant received_at{};
    int times_taken = 1;                  // more than 1: it was sent again
    std::optional<ServiceId> service_id;  // empty: the page does not say which service and template it came from
};

// Where a message came from, in words.
struct MailboxLabel
{
    std::string service;
    std::string template_name;
    std::int32_t template_version = 0;
};

// An entry and, where it is known, its label.
struct MailboxItem
{
    MailboxEntry entry;
    std::optional<MailboxLabel> label;
};

// The whole page, newest first. `base_url` ends with a slash; the empty mailbox explains itself with it. Pure.
std::string mailbox_page(std::span<const MailboxItem> items, std::string_view base_url);
// The list alone: what the page's script fetches.
std::string mailbox_list(std::span<const MailboxItem> items, std::string_view base_url);

Handler get_mailbox_page, get_mailbox_list, get_mailbox_email, get_mailbox_style, get_mailbox_script;  // mailbox.cpp

std::span<const Route> console_routes();

}  // namespace herald::http
