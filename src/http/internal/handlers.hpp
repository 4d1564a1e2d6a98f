// The internal API, which the official admin web app calls: jobs, uploads and contact lists. Who calls has the secret
// of the admin app and may do everything for every service; an id of another service is still a 404. Rules: the
// family's wire contract for the internal API; GSA/notifications-api, app/job, app/upload, app/service.
#pragma once

#include <span>

#include "http/server/route.hpp"

namespace herald::http::internal
{

Handler list_contact_lists;      // list_contact_lists.cpp
Handler create_contact_list;     // create_contact_list.cpp
Handler get_contact_list;        // get_contact_list.cpp
Handler delete_contact_list;     // delete_contact_list.cpp
Handler list_jobs;               // list_jobs.cpp
Handler create_job;              // create_job.cpp
Handler get_job;                 // get_job.cpp
Handler cancel_job;              // cancel_job.cpp
Handler count_job_messages;      // count_job_messages.cpp
Handler list_job_notifications;  // list_job_notifications.cpp
Handler get_scheduled_jobs;      // get_scheduled_jobs.cpp
Handler list_uploads;            // list_uploads.cpp

std::span<const Route> routes();

}  // namespace herald::http::internal
