#include "app/api_role.hpp"

#include "app/options.hpp"
#include "app/receipts.hpp"
#include "app/upload_stores.hpp"
#include "http/auth/service_authenticator.hpp"
#include "http/auth/sns_authenticator.hpp"
#include "http/context.hpp"
#include "http/routes.hpp"
#include "http/server/dispatcher.hpp"
#include "queue/wake_channel.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kWaitingLists = 64;  // pieces of work on them; more: 503

http::ServiceAuthenticator make_authenticator(ServiceDirectory& directory, const Settings& settings, const Clock& clock)
{
    return {directory, clock, settings.security.internal_client_id, settings.security.internal_secrets()};
}

}  // namespace

// In the order of construction: each uses those above it.
struct ApiRole::Parts
{
    Parts(const Settings& settings, Collaborators& with, Loop& loop, TaskScope& scope)
        : database(loop.executor(), database_options(settings, "api")),
          reading(loop.executor(), database_options(settings, "api reading")),
          zone(settings.time_zone),
          directory(database, with.keys, with.clock, directory_options(settings)),
          limiter(database),
          idempotency(database, with.keys),
          wake_sender(database, scope),
          writer(database, scope, loop.executor(), {}, tell_workers(std::move(with.queued))),
          accept(directory, limiter, idempotency, writer, with.keys, with.clock, zone, accept_options(settings)),
          turnstile(loop.executor(), {}),
          notifications(reading),
          templates(database),
          unsubscribe(database, with.keys, with.clock),
          files(loop.executor(), settings),
          lists(1, kWaitingLists),
          bulk({directory, limiter, idempotency, database, files.uploads(), lists, with.clock, accept.options()}),
          changes(reading, with.keys, scope, {}),
          outgoing(loop.executor()),
          sns(sns_verifier_options(settings), fetch_through(outgoing)),
          receipts(database, with.keys, with.clock, zone, report_reader(), scope, loop.executor(),
                   receive_options(settings, with.keys)),
          context{.directory = directory,
                  .accept = accept,
                  .bulk = bulk,
                  .turnstile = turnstile,
                  .notifications = notifications,
                  .templates = templates,
                  .unsubscribe = unsubscribe,
                  .database = database,
                  .reading = reading,
                  .uploads = files.uploads(),
                  .contact_list_files = files.contact_lists(),
                  .changes = changes,
                  .keys = with.keys,
                  .clock = with.clock,
                  .zone = zone,
                  .health = {.database = database,
                             .is_draining =
                                 [this]
                             {
                                 return stop && stop->requested();
                             }},
                  .intake = {sns, receipts},
                  .mailbox = std::move(with.mailbox)},
          services(make_authenticator(directory, settings, with.clock)),
          authenticator(sns, services, with.clock, {.receive_inbound_sms = settings.receipts.receive_inbound_sms}),
          dispatcher(router, authenticator, context),
          server(
              loop.executor(), server_options(settings),
              [this](http::Request& request) { return dispatcher.dispatch(request); }, with.clock,
              [this](http::Request& request) { return dispatcher.admit(request); })
    {
        http::add_all_routes(router);
    }

    // Workers of other processes hear of it from the database.
    NotificationWriter::Written tell_workers(NotificationWriter::Written here)
    {
        return [this, here = std::move(here)](Lane lane, ServiceId service)
        {
            changes.hint(service);
            if (here)
                here(lane, service);
            else
                wake_sender.notify(static_cast<std::int16_t>(lane), service);
        };
    }

    std::optional<StopToken> stop;  // since run()
    pg::Database database;
    // Beside the one that accepts: a list that reads much holds up other lists, and never an accept.
    pg::Database reading;
    const TimeZone zone;
    ServiceDirectory directory;
    RateLimiter limiter;
    IdempotencyKeys idempotency;
    WakeSender wake_sender;
    NotificationWriter writer;
    AcceptNotification accept;
    http::Turnstile turnstile;
    NotificationStore notifications;
    TemplateStore templates;
    Unsubscribe unsubscribe;
    UploadStores files;
    CpuPool lists;  // those of POST /v2/notifications/bulk are read on it
    AcceptBulk bulk;
    ChangeFeed changes;
    HttpClient outgoing;  // certificates, and confirmations of subscriptions
    SnsVerifier sns;
    ReceiveReceipts receipts;
    http::Context context;
    http::Router router;
    http::ServiceAuthenticator services;
    http::SnsAuthenticator authenticator;
    http::Dispatcher dispatcher;
    http::Server server;
};

ApiRole::ApiRole(const Settings& settings, Collaborators with)
    : Role("api"), settings_(settings), parts_(std::make_unique<Parts>(settings, with, loop(), scope()))
{
}

ApiRole::~ApiRole()
{
    halt();
}

std::uint16_t ApiRole::port() const
{
    return parts_->server.port();
}

Task<> ApiRole::open()
{
    co_await parts_->database.connect(deadline_in(kConnectTimeout));
    co_await parts_->reading.connect(deadline_in(kConnectTimeout));
}

Task<> ApiRole::run(StopToken stop)
{
    parts_->stop = stop;
    StopSource server_stop(loop().executor());
    scope().spawn("api_linger", linger(std::move(stop), server_stop));
    co_await parts_->server.run(server_stop.token());
    co_await parts_->files.close(deadline_in(kConnectTimeout));
}

// A load balancer needs a moment to see that this process is not ready; until then it sends requests here.
Task<> ApiRole::linger(StopToken stop, StopSource server_stop) const
{
    co_await stop.wait();
    parts_->changes.stop();
    co_await sleep_for(seconds(settings_.shutdown.linger_seconds));
    server_stop.request_stop();
}

}  // namespace herald
