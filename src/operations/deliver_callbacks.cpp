#include "operations/deliver_callbacks.hpp"

#include <fmt/format.h>
#include <prometheus/counter.h>

#include "base/json.hpp"
#include "base/metrics.hpp"
#include "operations/notification_contents.hpp"
#include "sql/queries.hpp"
#include "storage/service_store.hpp"

namespace herald
{

namespace
{

constexpr auto kRecordTimeout = seconds(25);
constexpr std::size_t kMaxAnswerBytes = 64 * 1024;  // nobody reads it; enough to keep the connection

CallbackTask read_task(const pg::Rows& rows, std::size_t i)
{
    CallbackTask task;
    task.service_id = ServiceId{rows.get<Uuid>(i, "service_id")};
    task.id = NotificationId{rows.get<Uuid>(i, "notification_id")};
    task.type = rows.get<std::string>(i, "callback_type");
    task.attempt = rows.get<std::int16_t>(i, "attempt");
    task.fence = rows.get<std::int64_t>(i, "fence");
    task.url = rows.get<std::optional<std::string>>(i, "url");
    task.token_sealed = rows.get<std::optional<pg::Bytes>>(i, "bearer_token_sealed").value_or(pg::Bytes{}).value;
    task.service_active = rows.get<bool>(i, "service_active");
    task.status = static_cast<NotificationStatus>(rows.get<std::int16_t>(i, "status"));
    task.channel = static_cast<Channel>(rows.get<std::int16_t>(i, "channel"));
    task.template_id = TemplateId{rows.get<Uuid>(i, "template_id")};
    task.template_version = rows.get<std::int32_t>(i, "template_version");
    task.reference = rows.get<std::optional<std::string>>(i, "client_reference");
    task.created_at = rows.get<Instant>(i, "created_at");
    task.sent_at = rows.get<std::optional<Instant>>(i, "sent_at");
    task.updated_at = rows.get<std::optional<Instant>>(i, "updated_at");
    task.contents_sealed = rows.get<std::optional<pg::Bytes>>(i, "sealed").value_or(pg::Bytes{}).value;
    return task;
}

json::value instant_or_null(const std::optional<Instant>& instant)
{
    return instant ? json::value(format_v2(*instant)) : json::value(nullptr);
}

// completed_at is the time of the last change whatever the status, as the family sends it.
std::string delivery_receipt(const CallbackTask& task, const std::string& recipient)
{
    json::object body;
    body["id"] = task.id.to_string();
    body["reference"] = task.reference ? json::value(*task.reference) : json::value(nullptr);
    body["to"] = recipient;
    body["status"] = to_string(task.status);
    body["created_at"] = format_v2(task.created_at);
    body["completed_at"] = instant_or_null(task.updated_at);
    body["sent_at"] = instant_or_null(task.sent_at);
    body["notification_type"] = to_string(task.channel);
    body["template_id"] = task.template_id.to_string();
    body["template_version"] = task.template_version;
    return to_wire(body);
}

CallbackResult result_for(const CallbackTask& task, EventKind kind, std::string detail)
{
    CallbackResult result;
    result.service_id = task.service_id;
    result.id = task.id;
    result.type = task.type;
    result.fence = task.fence;
    result.attempt = task.attempt;
    result.kind = kind;
    result.detail = std::move(detail);
    return result;
}

void count(EventKind kind)
{
    static auto& told = metrics::counter("herald_callback_attempts_total", "Callbacks to services, by outcome",
                                         {{"outcome", "delivered"}});
    static auto& failed =
        metrics::counter("herald_callback_attempts_total", "Callbacks to services, by outcome", {{"outcome", "retry"}});
    static auto& gave_up = metrics::counter("herald_callback_attempts_total", "Callbacks to services, by outcome",
                                            {{"outcome", "gave_up"}});
    (kind == EventKind::callback_delivered ? told : kind == EventKind::callback_failed ? failed : gave_up).Increment();
}

}  // namespace

milliseconds CallbackOptions::lease() const
{
    return timeout + 2 * kRecordTimeout;
}

DeliverCallbacks::DeliverCallbacks(pg::Database& database, HttpClient& http, const KeyRing& keys, const Clock& clock,
                                   TaskScope& scope, asio::any_io_executor executor, CallbackOptions options)
    : database_(database),
      http_(http),
      keys_(keys),
      clock_(clock),
      options_(options),
      scope_(scope),
      commits_(scope, std::move(executor), {.max_batch = 256, .writers = 1},
               [this](std::vector<const CallbackResult*> results) { return commit(std::move(results)); })
{
}

Task<std::vector<CallbackTask>> DeliverCallbacks::claim(CallbackShare share, Instant now, Deadline deadline)
{
    std::vector<Uuid> services;
    std::vector<std::int32_t> counts;
    for (const auto& [service, count] : share.under_way)
    {
        services.push_back(service.value);
        counts.push_back(static_cast<std::int32_t>(count));
    }
    auto params = pg::Params::of(now, static_cast<std::int32_t>(share.most), now + options_.lease(),
                                 static_cast<std::int32_t>(share.per_service), services, counts, share.after);
    const auto rows = co_await database_.execute(sql::claim_callbacks, std::move(params), deadline);
    std::vector<CallbackTask> tasks;
    tasks.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) tasks.push_back(read_task(rows, i));
    co_return tasks;
}

Task<CallbackResult> DeliverCallbacks::call(CallbackTask task)
{
    auto request = make_request(task);
    CallbackResult result;
    if (request)
    {
        HttpOptions options(deadline_in(options_.timeout));
        options.max_response_bytes = kMaxAnswerBytes;
        options.allow_private_addresses = options_.allow_private_addresses;
        const auto response = co_await http_.send(std::move(*request), options);
        result = judge(task, response);
    }
    else
    {
        result = result_for(task, EventKind::callback_gave_up, request.error().message);
        if (request.error().kind == ErrorKind::unavailable && task.attempt < options_.tries)
        {
            result.kind = EventKind::callback_failed;
            result.retry_at = clock_.now() + options_.retry_pause;
        }
    }
    count(result.kind);
    const auto recorded = co_await commits_.submit(result, deadline_in(kRecordTimeout));
    if (recorded == Recorded::refused) throw std::runtime_error("the database refused the result of a callback");
    co_return result;
}

Result<HttpRequest> DeliverCallbacks::make_request(const CallbackTask& task) const
{
    if (!task.url) return fail(ErrorKind::not_found, "the service has no callback any more");
    if (!task.service_active) return fail(ErrorKind::forbidden, "the service is archived");
    if (task.contents_sealed.empty()) return fail(ErrorKind::not_found, "the message's contents were purged");
    const auto contents = open_contents(keys_, task.id, task.contents_sealed);
    if (!contents) return fail(contents.error().kind, "the message's contents do not open");
    const auto token = keys_.open(task.token_sealed, sealed_secret_context(task.service_id.value));
    if (!token) return fail(token.error().kind, "the bearer token does not open");
    HttpHeaders headers{{"Content-Type", "application/json"}, {"Authorization", "Bearer " + *token}};
    return HttpRequest("POST", *task.url, std::move(headers), delivery_receipt(task, contents->to));
}

CallbackResult DeliverCallbacks::judge(const CallbackTask& task, const HttpResponse& response) const
{
    const bool answered = response.status != 0;
    auto result = result_for(task, EventKind::callback_gave_up,
                             answered ? fmt::format("status {}", response.status) : response.error);
    if (response.status >= 200 && response.status < 300)
        result.kind = EventKind::callback_delivered;
    else if ((!answered || response.status >= 500 || response.status == 429) && task.attempt < options_.tries)
    {
        result.kind = EventKind::callback_failed;
        result.retry_at = clock_.now() + options_.retry_pause;
    }
    return result;
}

// A callback that was made must not be forgotten: the service would be told again.
Task<std::vector<Recorded>> DeliverCallbacks::commit(std::vector<const CallbackResult*> results)
{
    const std::size_t size = results.size();
    std::function<Task<>(Deadline)> once = [this, &results](Deadline deadline)
    {
        return commit_together(results, deadline);
    };
    co_return co_await record_batch(scope_, options_.record, size, std::move(once));
}

Task<> DeliverCallbacks::commit_together(const std::vector<const CallbackResult*>& results, Deadline deadline)
{
    std::vector<Uuid> services;
    std::vector<Uuid> ids;
    std::vector<std::string> types;
    std::vector<std::int64_t> fences;
    std::vector<std::int16_t> kinds;
    std::vector<std::int16_t> attempts;
    std::vector<Instant> retry_at;
    std::vector<std::string> details;
    for (const CallbackResult* result : results)
    {
        services.push_back(result->service_id.value);
        ids.push_back(result->id.value);
        types.push_back(result->type);
        fences.push_back(result->fence);
        kinds.push_back(static_cast<std::int16_t>(result->kind));
        attempts.push_back(result->attempt);
        retry_at.push_back(result->retry_at);
        details.push_back(result->detail);
    }
    auto params = pg::Params::of(services, ids, types, fences, kinds, attempts, retry_at, details, clock_.now());
    co_await database_.execute(sql::record_callbacks, std::move(params), deadline);
}

}  // namespace herald
