#include "operations/seed_demo.hpp"

#include <algorithm>

#include "operations/inbound_contents.hpp"
#include "operations/manage_api_keys.hpp"
#include "sql/queries.hpp"
#include "storage/notification_store.hpp"
#include "storage/service_store.hpp"
#include "storage/template_store.hpp"

namespace herald
{

namespace
{

constexpr std::string_view kUserEmail = "demo.user@example.com";
constexpr std::string_view kUserId = "d0000000-0000-4000-8000-000000000001";
constexpr std::string_view kGuestPhone = "+12025550142";
constexpr std::string_view kGuestEmail = "demo.guest@example.com";
constexpr std::string_view kInboundNumber = "+18005550199";
constexpr int kInboundDays = 7;

// The ids are fixed, so that a snippet copied from one installation works on the next but for its key.
struct Blueprint
{
    std::string_view name;
    std::string_view email_from;
    std::string_view service;
    std::string_view sms_template;
    std::string_view email_template;
    std::string_view sms_sender;
    std::string_view email_reply_to;
};

constexpr Blueprint kDemo{"Demo",
                          "demo",
                          "d0000000-0000-4000-8000-000000000010",
                          "d0000000-0000-4000-8000-000000000011",
                          "d0000000-0000-4000-8000-000000000012",
                          "d0000000-0000-4000-8000-000000000013",
                          "d0000000-0000-4000-8000-000000000014"};
constexpr Blueprint kOther{"Other demo",
                           "other.demo",
                           "d0000000-0000-4000-8000-000000000020",
                           "d0000000-0000-4000-8000-000000000021",
                           "d0000000-0000-4000-8000-000000000022",
                           "d0000000-0000-4000-8000-000000000023",
                           "d0000000-0000-4000-8000-000000000024"};

template <class IdType>
IdType known(std::string_view text)
{
    return IdType::parse(text).value();
}

void must(const Result<void>& done)
{
    if (!done) throw std::runtime_error("the demo could not be set up: " + done.error().message);
}

class Seeder
{
public:
    Seeder(pg::Database& database, const KeyRing& keys, Instant now, Deadline deadline)
        : database_(database),
          keys_(keys),
          services_(database, keys),
          templates_(database),
          now_(now),
          deadline_(deadline)
    {
    }

    Task<> user();
    Task<DemoService> service(const Blueprint& plan);

private:
    Task<> service_row(const Blueprint& plan);
    Task<> template_of(ServiceId service, TemplateId id, Channel channel);
    Task<std::string> key(ServiceId service, const std::vector<ApiKey>& present, KeyType type, std::string name);
    Task<> belongings(const Blueprint& plan, const ServiceRecord& present);
    Task<> received_text(ServiceId service);

    pg::Database& database_;
    const KeyRing& keys_;
    ServiceStore services_;
    TemplateStore templates_;
    Instant now_;
    Deadline deadline_;
};

Task<> Seeder::user()
{
    UserStore users(database_);
    if (co_await users.find(known<UserId>(kUserId), deadline_)) co_return;
    User user;
    user.id = known<UserId>(kUserId);
    user.name = "Demo user";
    user.email_address = kUserEmail;
    must(co_await users.add(std::move(user), now_, deadline_));
}

Task<> Seeder::service_row(const Blueprint& plan)
{
    Service service;
    service.id = known<ServiceId>(plan.service);
    service.name = plan.name;
    service.email_from = plan.email_from;
    service.restricted = false;
    service.message_limit = 100'000'000;
    service.rate_limit = 10'000'000;
    for (const auto permission : {ServicePermission::email, ServicePermission::sms,
                                  ServicePermission::international_sms, ServicePermission::inbound_sms})
        service.permissions |= static_cast<std::uint32_t>(permission);
    must(co_await services_.add_service(std::move(service), now_, deadline_));
}

// Name, subject and body of a template's versions: what the clients' integration tests look for (CR LF is part of it).
struct Version
{
    std::string_view name;
    std::string_view content;
    std::string_view subject;
};

constexpr Version kSms[] = {
    {"Example text message template", "Hello ((name)), this is an example of a text message.", ""},
    {"Client Functional test sms template", "Hello ((name))\r\n\r\nFunctional Tests make our world a better place", ""},
};
constexpr Version kEmail[] = {
    {"Example email template", "Hello ((name)),\r\n\r\nthis is an example of an email.", "An example"},
    {"Client Functional test email template",
     "Hello ((name))\r\n\r\nFunctional test help make our world a better place", "Functional Tests are good"},
};

Template filled(ServiceId service, TemplateId id, Channel channel, const Version& version)
{
    Template made;
    made.id = id;
    made.service_id = service;
    made.type = channel;
    made.name = version.name;
    made.content = version.content;
    made.subject = version.subject;
    return made;
}

Task<> Seeder::template_of(ServiceId service, TemplateId id, Channel channel)
{
    const auto& versions = channel == Channel::sms ? kSms : kEmail;
    const std::optional<UserId> author = known<UserId>(kUserId);
    const auto present = co_await templates_.find(service, id, deadline_);
    if (!present) co_await templates_.add(filled(service, id, channel, versions[0]), author, now_, deadline_);
    if (!present || present->version < 2)
        co_await templates_.update(filled(service, id, channel, versions[1]), author, now_, deadline_);
}

Task<std::string> Seeder::key(ServiceId service, const std::vector<ApiKey>& present, KeyType type, std::string name)
{
    const auto found = std::ranges::find_if(
        present, [&](const ApiKey& each) { return each.name == name && each.type == type && !each.expiry_date; });
    if (found != present.end()) co_return api_key_text(*found);
    ApiKey made;
    made.id = ApiKeyId{make_uuid_v4()};
    made.service_id = service;
    made.name = std::move(name);
    made.secret = make_uuid_v4().to_string();
    made.type = type;
    auto text = api_key_text(made);
    must(co_await services_.add_api_key(std::move(made), now_, deadline_));
    co_return text;
}

Task<> Seeder::belongings(const Blueprint& plan, const ServiceRecord& present)
{
    const auto service = known<ServiceId>(plan.service);
    // The default only where there is none: whoever made another one the default, or archived ours, meant it.
    const SmsSender sender{known<SmsSenderId>(plan.sms_sender), std::string(kInboundNumber),
                           present.sms_senders.empty()};
    if (std::ranges::find(present.sms_senders, sender.id, &SmsSender::id) == present.sms_senders.end())
        co_await services_.add_sms_sender(service, sender, now_, deadline_);
    const EmailReplyTo reply_to{known<EmailReplyToId>(plan.email_reply_to),
                                std::string(plan.email_from) + ".replies@example.com", present.email_reply_tos.empty()};
    if (std::ranges::find(present.email_reply_tos, reply_to.id, &EmailReplyTo::id) == present.email_reply_tos.end())
        co_await services_.add_email_reply_to(service, reply_to, now_, deadline_);

    co_await services_.add_guest(service, Channel::sms, std::string(kGuestPhone), now_, deadline_);
    co_await services_.add_guest(service, Channel::email, std::string(kGuestEmail), now_, deadline_);
    co_await services_.add_member(service, known<UserId>(kUserId), now_, deadline_);
}

Task<> Seeder::received_text(ServiceId service)
{
    NotificationStore notifications(database_);
    const LocalDate today = utc_date(now_);
    const auto shown = co_await notifications.list_received(service, std::nullopt, add_days(today, 1), 1, deadline_);
    if (!shown.empty()) co_return;
    const InboundSmsId id{make_uuid_v7(now_)};
    InboundContents contents;
    contents.user_number = kGuestPhone;
    contents.content = "Thank you for the reminder. I will be there.";
    const pg::Bytes sealed{seal_inbound(keys_, id, contents)};
    auto params = pg::Params::of(service, id, kInboundNumber, sealed, "capture", std::optional<std::string>(), now_,
                                 now_, add_days(today, kInboundDays), today);
    co_await database_.execute(sql::add_inbound_sms, std::move(params), deadline_);
}

Task<DemoService> Seeder::service(const Blueprint& plan)
{
    const auto id = known<ServiceId>(plan.service);
    if (!co_await services_.find_row(id, deadline_)) co_await service_row(plan);
    const auto sms = known<TemplateId>(plan.sms_template);
    const auto email = known<TemplateId>(plan.email_template);
    co_await template_of(id, sms, Channel::sms);
    co_await template_of(id, email, Channel::email);
    const auto present = co_await services_.find(id, now_, deadline_);
    co_await belongings(plan, *present);
    co_await received_text(id);

    DemoService made;
    made.service_id = id;
    made.name = present->service.name;
    made.templates.sms = sms;
    made.templates.email = email;
    made.keys.normal = co_await key(id, present->keys, KeyType::normal, "demo-live");
    made.keys.team = co_await key(id, present->keys, KeyType::team, "demo-team");
    made.keys.test = co_await key(id, present->keys, KeyType::test, "demo-test");
    made.sms_sender_id = known<SmsSenderId>(plan.sms_sender);
    made.email_reply_to_id = known<EmailReplyToId>(plan.email_reply_to);
    co_return made;
}

}  // namespace

Task<Demo> seed_demo(pg::Database& database, const KeyRing& keys, Instant now, Deadline deadline)
{
    Seeder seeder(database, keys, now, deadline);
    co_await seeder.user();
    Demo made;
    made.demo = co_await seeder.service(kDemo);
    made.other = co_await seeder.service(kOther);
    co_return made;
}

}  // namespace herald
