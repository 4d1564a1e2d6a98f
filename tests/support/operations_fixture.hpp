// One API process's worth of operations on a test database, and services to use them with.
//
//     with_desk([](Desk& desk, const TestService& service) -> Task<>
//     {
//         const auto answer = co_await desk.send(service, service.normal, desk.text_to(service, "+12028675309"));
//     });
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "operations/accept_notification.hpp"
#include "sql/queries.hpp"
#include "storage/service_store.hpp"
#include "storage/template_store.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald::testing
{

inline const Instant kTestNow = parse_iso8601("2026-11-23T09:05:07Z").value();

// What a test wants to know: one number.
inline Task<std::int64_t> number(pg::Database& database, pg::Statement query)
{
    const auto rows = co_await database.execute(query, pg::Params(), soon());
    co_return rows.get<std::int64_t>(0, 0);
}

// What differs between messages and ledger, which never may. Of the messages around kTestNow.
inline Task<std::size_t> ledger_differences(pg::Database& database)
{
    constexpr std::chrono::hours kAround(40 * 24);
    auto params = pg::Params::of(utc_date(kTestNow - kAround), utc_date(kTestNow + kAround),
                                 uuid_v7_floor(kTestNow - kAround), uuid_v7_floor(kTestNow + kAround));
    const auto rows = co_await database.execute(sql::check_ledger, std::move(params), soon());
    co_return rows.size();
}

struct TestService
{
    Service service;
    ApiKey normal;
    ApiKey team;
    ApiKey test;
    TemplateId sms;    // "Hello ((name))"
    TemplateId email;  // the same, with the subject "About ((name))"
};

// Processes of one installation share the key ring.
inline const KeyRing& test_keys()
{
    static const KeyRing keys = KeyRing::generate();
    return keys;
}

class Desk
{
public:
    Desk(pg::Database& to, asio::any_io_executor executor, AcceptOptions options = {})
        : database(to),
          clock(kTestNow),
          zone("America/New_York"),
          scope(executor),
          directory(database, test_keys(), clock,
                    {.max_age = milliseconds(0), .default_region = options.default_region, .email_banner = {}}),
          limiter(database),
          idempotency(database, test_keys()),
          writer(database, scope, executor, {},
                 [this](Lane lane, ServiceId service) { written.emplace_back(lane, service); }),
          accept(directory, limiter, idempotency, writer, test_keys(), clock, zone, std::move(options))
    {
    }

    Task<> close()
    {
        scope.close();
        if (!co_await scope.join(soon())) throw std::logic_error("tasks did not end");
    }

    // Live, with every permission but international_sms, and limits that no test reaches by accident.
    Task<TestService> add_service(Service wanted)
    {
        TestService made;
        made.service = std::move(wanted);
        made.service.id = ServiceId{make_uuid_v4()};
        if (made.service.name.empty()) made.service.name = "Service " + made.service.id.to_string();
        made.service.email_from = "from." + made.service.id.to_string();
        ServiceStore services(database, test_keys());
        const auto added = co_await services.add_service(made.service, clock.now(), soon());
        if (!added) throw std::logic_error(added.error().message);
        for (auto* key : {&made.normal, &made.team, &made.test})
        {
            key->id = ApiKeyId{make_uuid_v4()};
            key->service_id = made.service.id;
            key->secret = make_uuid_v4().to_string();
        }
        made.team.type = KeyType::team;
        made.test.type = KeyType::test;
        made.sms = co_await add_template(made, Channel::sms, "Hello ((name))");
        made.email = co_await add_template(made, Channel::email, "Hello ((name))");
        co_return made;
    }

    static Service live_service()
    {
        Service service;
        service.restricted = false;
        service.message_limit = 1'000'000;
        service.rate_limit = 1'000'000;
        service.permissions =
            static_cast<std::uint32_t>(ServicePermission::sms) | static_cast<std::uint32_t>(ServicePermission::email);
        return service;
    }

    Task<TemplateId> add_template(const TestService& of, Channel channel, std::string content)
    {
        Template made;
        made.id = TemplateId{make_uuid_v4()};
        made.service_id = of.service.id;
        made.type = channel;
        made.name = "A template";
        made.content = std::move(content);
        if (channel == Channel::email) made.subject = "About ((name))";
        made.created_at = clock.now();
        TemplateStore templates(database);
        co_await templates.add(made, std::nullopt, clock.now(), soon());
        co_return made.id;
    }

    MessageRequest text_to(const TestService& service, std::string_view number)
    {
        return message(Channel::sms, service.sms, number);
    }
    MessageRequest email_to(const TestService& service, std::string_view address)
    {
        return message(Channel::email, service.email, address);
    }

    // The id of the message, or the refusal.
    Task<Result<std::string>> send(const TestService& to, ApiKey key, MessageRequest request)
    {
        AcceptNotification::Serialise serialise = [](const AcceptedMessage& accepted)
        {
            return accepted.id.to_string();
        };
        const auto context = co_await directory.service(to.service.id, soon());
        co_return co_await accept.accept(context, std::move(key), std::move(request), std::move(serialise), rate,
                                         soon());
    }

    pg::Database& database;
    FakeClock clock;
    const TimeZone zone;
    TaskScope scope;
    ServiceDirectory directory;
    RateLimiter limiter;
    IdempotencyKeys idempotency;
    std::vector<std::pair<Lane, ServiceId>> written;
    NotificationWriter writer;
    AcceptNotification accept;
    RateDecision rate;

private:
    MessageRequest message(Channel channel, TemplateId from, std::string_view to)
    {
        MessageRequest request;
        request.channel = channel;
        request.recipient = parse_recipient(channel, to, accept.options().default_region).value();
        request.template_id = from;
        request.personalisation["name"] = "Ann";
        request.body = "the body as it was received";
        return request;
    }
};

using DeskTask = std::function<Task<>(Desk&, const TestService&)>;

inline Task<> run_at_desk(pg::Database& database, const DeskTask& body)
{
    Desk desk(database, co_await asio::this_coro::executor);
    const auto service = co_await desk.add_service(Desk::live_service());
    co_await body(desk, service);
    co_await desk.close();
}

// A desk on a database of its own, and a live service.
inline void with_desk(const DeskTask& body)
{
    with_database([&](pg::Database& database) { return run_at_desk(database, body); });
}

}  // namespace herald::testing
