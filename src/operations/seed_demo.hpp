// What `herald dev` puts into a new database, so that the first request works: a user and two services, each with
// templates, keys, a sender, a reply-to address, guests for its team key and a received text. What the official
// clients' integration tests expect of a service's templates is there as well.
#pragma once

#include <string>

#include "base/crypto.hpp"
#include "base/uuid.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct DemoService
{
    ServiceId service_id;
    std::string name;
    struct
    {
        TemplateId sms;
        TemplateId email;
    } templates;
    // Whole strings, as the client libraries take them: name, service id and secret.
    struct
    {
        std::string normal;
        std::string team;
        std::string test;
    } keys;
    SmsSenderId sms_sender_id;
    EmailReplyToId email_reply_to_id;
};

struct Demo
{
    DemoService demo;
    DemoService other;
};

// Idempotent: adds what is missing and leaves what is there, so a second run gives the same ids and keys, and a run
// that was cut short is completed by the next. A demo key that was revoked is replaced. One at a time on a database.
// Throws like pg::Database.
Task<Demo> seed_demo(pg::Database& database, const KeyRing& keys, Instant now, Deadline deadline);

}  // namespace herald
