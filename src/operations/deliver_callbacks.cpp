#include "operations/deliver_callbacks.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/trace_context.hpp"
#include "operations/callback_signature.hpp"
#include "sql/queries.hpp"
#include "storage/callback_store.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kMaxAnswerBytes = 64 * 1024;  // nobody reads it; enough to keep the connection

double in_seconds(milliseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

std::optional<CallbackTask::Notification> read_notification(const pg::Rows& rows, std::size_t i)
{
    const auto status = rows.get<std::optional<std::int16_t>>(i, "status");
    if (!status) return std::nullopt;
    CallbackTask::Notification message;
    message.id = NotificationId{rows.get<Uuid>(i, "notification_id")};
    message.status = static_cast<NotificationStatus>(*status);
    message.channel = static_cast<Channel>(rows.get<std::int16_t>(i, "channel"));
    message.template_id = TemplateId{rows.get<Uuid>(i, "template_id")};
    message.template_version = rows.get<std::int32_t>(i, "template_version");
    message.reference = rows.get<std::optional<std::string>>(i, "client_reference");
    message.created_at = rows.get<Instant>(i, "created_at");
    message.sent_at = rows.get<std::optional<Instant>>(i, "sent_at");
    message.updated_at = rows.get<std::optional<Instant>>(i, "updated_at");
    return message;
}

std::string bytes_or_none(const pg::Rows& rows, std::size_t i, std::string_view column)
{
    return rows.get<std::optional<pg::Bytes>>(i, column).value_or(pg::Bytes{}).value;
}

CallbackTask read_task(const pg::Rows& rows, std::size_t i)
{
    CallbackTask task;
    task.service_id = ServiceId{rows.get<Uuid>(i, "service_id")};
    task.type = read_callback_type(rows, i);
    task.subject_id = rows.get<Uuid>(i, "subject_id");
    task.attempt = rows.get<std::int16_t>(i, "attempt");
    task.fence = rows.get<std::int64_t>(i, "fence");
    task.is_probe = rows.get<std::optional<bool>>(i, "is_probe").value_or(false);
    task.url = rows.get<std::optional<std::string>>(i, "url");
    task.secrets_sealed = bytes_or_none(rows, i, "secrets_sealed");
    task.service_active = rows.get<bool>(i, "service_active");
    if (const auto id = rows.get<std::optional<Uuid>>(i, "notification_id")) task.notification_id = NotificationId{*id};
    task.notification = read_notification(rows, i);
    task.contents_sealed = bytes_or_none(rows, i, "sealed");
    task.complained_at = rows.get<std::optional<Instant>>(i, "complained_at");
    task.notify_number = rows.get<std::optional<std::string>>(i, "notify_number");
    task.inbound_sealed = bytes_or_none(rows, i, "inbound_sealed");
    task.received_at = rows.get<std::optional<Instant>>(i, "received_at");
    return task;
}

CallbackResult result_for(const CallbackTask& task, CallbackAnswer answer, std::string detail)
{
    CallbackResult result;
    result.service_id = task.service_id;
    result.type = task.type;
    result.subject_id = task.subject_id;
    result.notification_id = task.notification_id;
    result.fence = task.fence;
    result.attempt = task.attempt;
    result.is_probe = task.is_probe;
    result.answer = answer;
    result.detail = std::move(detail);
    return result;
}

CallbackAnswer answer_of(ErrorKind why_not)
{
    if (why_not == ErrorKind::unavailable) return CallbackAnswer::not_ready;
    return why_not == ErrorKind::validation ? CallbackAnswer::failed : CallbackAnswer::nothing_to_tell;
}

void count(CallbackType type, CallbackOutcome outcome)
{
    metrics::counter("herald_callback_attempts_total", "Callbacks to services, by type and outcome",
                     {{"type", std::string(to_string(type))}, {"outcome", std::string(to_string(outcome))}})
        .Increment();
}

void observe(CallbackType type, milliseconds took)
{
    metrics::latency("herald_callback_call_seconds", "Calls to services, until their answer or its deadline",
                     {{"type", std::string(to_string(type))}})
        .Observe(in_seconds(took));
}

// Of the batches' rows: which endpoints were paused, or have come back.
void tell_changes(const pg::Rows& rows)
{
    std::vector<CallbackEndpoint> told;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        const bool has_paused = rows.get<bool>(i, "has_paused");
        if (!has_paused && !rows.get<bool>(i, "has_resumed")) continue;
        const CallbackEndpoint endpoint{ServiceId{rows.get<Uuid>(i, "service_id")}, read_callback_type(rows, i)};
        if (std::ranges::find(told, endpoint) != told.end()) continue;
        told.push_back(endpoint);
        log::warning(has_paused ? "a service's endpoint fails for long: its callbacks are paused"
                                : "a service's endpoint answers again: its callbacks go on",
                     {{"service_id", endpoint.service.to_string()}, {"type", to_string(endpoint.type)}});
    }
}

}  // namespace

milliseconds CallbackOptions::lease() const
{
    return std::max(timeout, inbound_timeout) + 2 * kRecordTimeout;
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

Task<std::vector<CallbackTask>> DeliverCallbacks::claim(CallbackShare share, Deadline deadline)
{
    std::vector<Uuid> services;
    std::vector<std::string> types;
    std::vector<std::int32_t> counts;
    for (const auto& [endpoint, under_way] : share.under_way)
    {
        services.push_back(endpoint.service.value);
        types.emplace_back(to_string(endpoint.type));
        counts.push_back(static_cast<std::int32_t>(under_way));
    }
    auto params = pg::Params::of(static_cast<std::int32_t>(share.most), in_seconds(options_.lease()),
                                 static_cast<std::int32_t>(share.per_endpoint), services, types, counts,
                                 share.after.service, std::string(to_string(share.after.type)),
                                 options_.failures_to_slow, in_seconds(options_.resume_step));
    const auto rows = co_await database_.execute(sql::claim_callbacks, std::move(params), deadline);
    std::vector<CallbackTask> tasks;
    tasks.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) tasks.push_back(read_task(rows, i));
    co_return tasks;
}

Task<std::optional<CallbackOutcome>> DeliverCallbacks::call(CallbackTask task)
{
    auto request = make_request(task);
    CallbackResult result;
    if (request)
    {
        HttpOptions options(
            deadline_in(task.type == CallbackType::inbound_sms ? options_.inbound_timeout : options_.timeout));
        options.max_response_bytes = kMaxAnswerBytes;
        options.allow_private_addresses = options_.allowed.private_addresses;
        const auto started = std::chrono::steady_clock::now();
        const auto response = co_await http_.send(std::move(*request), options);
        result = judge(task, response);
        result.took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - started);
        observe(task.type, result.took);
    }
    else
        result = result_for(task, answer_of(request.error().kind), request.error().message);
    const auto record = co_await commits_.submit(result, deadline_in(kRecordTimeout));
    if (record.recorded == Recorded::refused) throw std::runtime_error("the database refused the result of a callback");
    if (record.outcome) count(task.type, *record.outcome);
    co_return record.outcome;
}

Result<HttpRequest> DeliverCallbacks::make_request(const CallbackTask& task) const
{
    if (!task.url) return fail(ErrorKind::not_found, "the service has no callback any more");
    if (!task.service_active) return fail(ErrorKind::forbidden, "the service is archived");
    if (const auto allowed = check_outbound_url(*task.url, options_.allowed); !allowed) return Failure(allowed.error());
    auto body = callback_body(keys_, task);
    if (!body) return Failure(body.error());
    const auto secrets = open_callback_secrets(keys_, task.service_id.value, task.secrets_sealed);
    if (!secrets) return fail(secrets.error().kind, "the callback's secrets do not open");
    HttpHeaders headers{
        {"Content-Type", "application/json"},
        {"Authorization", "Bearer " + secrets->bearer_token},
        {std::string(kSignatureHeader), callback_signature(secrets->signing_secret, clock_.now(), *body)}};
    for (auto& header : trace_headers(callback_trace_id(keys_, task))) headers.push_back(std::move(header));
    return HttpRequest("POST", *task.url, std::move(headers), std::move(*body));
}

CallbackResult DeliverCallbacks::judge(const CallbackTask& task, const HttpResponse& response) const
{
    const bool answered = response.status != 0;
    auto result = result_for(task, CallbackAnswer::refused,
                             answered ? fmt::format("status {}", response.status) : response.error);
    result.status = static_cast<std::int16_t>(response.status);
    // The family does not try an inbound text again for a 429.
    const bool is_busy = response.status == 429 && task.type != CallbackType::inbound_sms;
    if (response.status >= 200 && response.status < 300)
        result.answer = CallbackAnswer::taken;
    else if (!answered || response.status >= 500 || is_busy)
        result.answer = CallbackAnswer::failed;
    return result;
}

// A callback that was made must not be forgotten: the service would be told again.
Task<std::vector<DeliverCallbacks::Record>> DeliverCallbacks::commit(std::vector<const CallbackResult*> results)
{
    std::vector<Record> records(results.size());
    std::function<Task<>(Deadline)> once = [this, &results, &records](Deadline deadline)
    {
        return commit_together(results, records, deadline);
    };
    const auto recorded = co_await record_batch(scope_, options_.record, results.size(), std::move(once));
    records.resize(recorded.size());  // none: a row among several is at fault
    for (std::size_t i = 0; i < recorded.size(); ++i) records[i].recorded = recorded[i];
    co_return records;
}

Task<> DeliverCallbacks::commit_together(const std::vector<const CallbackResult*>& results,
                                         std::vector<Record>& records, Deadline deadline)
{
    auto params = record_params(results);
    const auto rows = co_await database_.execute(sql::record_callbacks, std::move(params), deadline);
    tell_changes(rows);
    std::map<std::pair<CallbackEndpoint, Uuid>, CallbackOutcome> outcomes;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        const CallbackEndpoint endpoint{ServiceId{rows.get<Uuid>(i, "service_id")}, read_callback_type(rows, i)};
        outcomes.emplace(std::pair(endpoint, rows.get<Uuid>(i, "subject_id")),
                         static_cast<CallbackOutcome>(rows.get<std::int16_t>(i, "outcome")));
    }
    for (std::size_t i = 0; i < results.size(); ++i)
    {
        const CallbackEndpoint endpoint{results[i]->service_id, results[i]->type};
        const auto found = outcomes.find(std::pair(endpoint, results[i]->subject_id));
        if (found != outcomes.end()) records[i].outcome = found->second;
    }
}

pg::Params DeliverCallbacks::record_params(const std::vector<const CallbackResult*>& results) const
{
    std::vector<Uuid> services;
    std::vector<std::string> types;
    std::vector<Uuid> subjects;
    std::vector<std::int64_t> fences;
    std::vector<std::int16_t> answers;
    std::vector<std::int16_t> attempts;
    std::vector<std::int16_t> probes;
    std::vector<std::optional<Uuid>> notifications;
    std::vector<std::int16_t> statuses;
    std::vector<std::int32_t> took;
    std::vector<std::string> details;
    for (const CallbackResult* result : results)
    {
        services.push_back(result->service_id.value);
        types.emplace_back(to_string(result->type));
        subjects.push_back(result->subject_id);
        fences.push_back(result->fence);
        answers.push_back(static_cast<std::int16_t>(result->answer));
        attempts.push_back(result->attempt);
        probes.push_back(result->is_probe ? 1 : 0);
        notifications.push_back(result->notification_id ? std::optional(result->notification_id->value) : std::nullopt);
        statuses.push_back(result->status);
        took.push_back(static_cast<std::int32_t>(result->took.count()));
        details.push_back(result->detail);
    }
    return pg::Params::of(services, types, subjects, fences, answers, attempts, probes, notifications, statuses, took,
                          details, clock_.now(), options_.tries, in_seconds(options_.retry_pause),
                          options_.failures_to_pause, in_seconds(options_.pause_after),
                          in_seconds(options_.first_probe), in_seconds(options_.longest_probe));
}

}  // namespace herald
