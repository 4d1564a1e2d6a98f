#include "app/dev_welcome.hpp"

#include <fmt/format.h>

#include "base/json.hpp"

namespace herald
{

namespace
{

json::object facts_of(const DemoService& service)
{
    return {
        {"service_id", service.service_id.to_string()},
        {"templates", {{"sms", service.templates.sms.to_string()}, {"email", service.templates.email.to_string()}}},
        {"keys", {{"normal", service.keys.normal}, {"team", service.keys.team}, {"test", service.keys.test}}},
        {"sms_sender_id", service.sms_sender_id.to_string()},
        {"email_reply_to_id", service.email_reply_to_id.to_string()},
    };
}

}  // namespace

std::string ready_json(const DevFacts& facts)
{
    json::object ready = facts_of(facts.demo.demo);
    ready["base_url"] = facts.base_url;
    ready["pid"] = facts.pid;
    ready["database_url"] = facts.database_url;
    ready["admin"] = json::object{{"client_id", facts.admin_client_id}, {"secret", facts.admin_secret}};
    ready["other"] = facts_of(facts.demo.other);
    return to_wire(ready);
}

std::string welcome_text(const DevFacts& facts)
{
    const DemoService& demo = facts.demo.demo;
    return fmt::format(R"text(
Herald is ready at {url}
Messages appear at {url}/ and go nowhere else. Ctrl-C stops everything; the data stays.

  service         {service}
  sms template    {sms}
  email template  {email}
  live key        {normal}
  team key        {team}
  test key        {test}

Send an email:

  curl -s {url}/v2/notifications/email -H 'Content-Type: application/json' \
    -H "Authorization: Bearer $({program} token {normal})" \
    -d '{{"email_address": "ada@example.gov", "template_id": "{email}", "personalisation": {{"name": "Ada"}}}}'

Send a text message with the official client (npm install notifications-node-client):

  const {{ NotifyClient }} = require('notifications-node-client');
  const client = new NotifyClient('{url}', '{normal}');
  client.sendSms('{sms}', '+12025550123', {{ personalisation: {{ name: 'Ada' }} }})
    .then((answer) => console.log(answer.data.id));

Let the admin web app use it:

  export API_HOST_NAME={url} ADMIN_CLIENT_USERNAME={admin} ADMIN_CLIENT_SECRET={admin_secret}

)text",
                       fmt::arg("url", facts.base_url), fmt::arg("program", facts.program),
                       fmt::arg("service", demo.service_id.to_string()),
                       fmt::arg("sms", demo.templates.sms.to_string()),
                       fmt::arg("email", demo.templates.email.to_string()), fmt::arg("normal", demo.keys.normal),
                       fmt::arg("team", demo.keys.team), fmt::arg("test", demo.keys.test),
                       fmt::arg("admin", facts.admin_client_id), fmt::arg("admin_secret", facts.admin_secret));
}

}  // namespace herald
