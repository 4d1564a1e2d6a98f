#include "operations/accept_notification.hpp"

#include <fmt/format.h>

#include "base/log.hpp"

namespace herald
{

namespace
{

constexpr auto kReleaseTimeout = seconds(2);

Failure over_daily_limit(const Service& service)
{
    return fail(ErrorKind::too_many_requests,
                fmt::format("Exceeded send limits ({}) for today", service.message_limit));
}

// What an Idempotency-Key is bound to: a live key must never be answered with what a test key had sent.
std::string idempotent_request(const ApiKey& key, const MessageRequest& request)
{
    return fmt::format("{} {}\n{}", to_string(key.type), to_string(request.channel), request.body);
}

}  // namespace

AcceptNotification::AcceptNotification(ServiceDirectory& directory, RateLimiter& limiter, IdempotencyKeys& idempotency,
                                       NotificationWriter& writer, const KeyRing& keys, const Clock& clock,
                                       const TimeZone& zone, AcceptOptions options)
    : directory_(directory),
      limiter_(limiter),
      idempotency_(idempotency),
      writer_(writer),
      keys_(keys),
      clock_(clock),
      zone_(zone),
      options_(std::move(options))
{
}

Task<Result<std::string>> AcceptNotification::accept(ServicePtr service, ApiKey key, MessageRequest request,
                                                     Serialise serialise, RateDecision& rate, Deadline deadline)
{
    if (request.order == CheckOrder::v2)
    {
        if (const auto permitted = check_permission(service->service(), request.channel); !permitted)
            co_return Failure(permitted.error());
        if (const auto may = check_may_schedule(service->service(), request.scheduled_for); !may)
            co_return Failure(may.error());
    }
    rate = co_await limiter_.take(service->service(), key.type, clock_.now(), deadline);
    if (!rate.allowed) co_return over_rate(rate, key.type);
    const Call call{service, key, request, serialise, std::nullopt, deadline};
    if (request.idempotency_key) co_return co_await accept_idempotently(call);
    co_return co_await accept_once(call);
}

Task<Result<std::string>> AcceptNotification::accept_idempotently(Call call)
{
    const ServiceId service = call.service->service().id;
    const auto& key = *call.request.idempotency_key;
    const auto claim = co_await idempotency_.claim(service, key, idempotent_request(call.key, call.request),
                                                   clock_.now(), call.deadline);
    if (!claim) co_return Failure(claim.error());
    if (claim->earlier_answer) co_return *claim->earlier_answer;
    call.idempotency_holder = claim->holder;
    auto answer = co_await accept_once(call);
    if (!answer && answer.error().kind != ErrorKind::conflict) co_await release(service, key, claim->holder);
    co_return answer;
}

// The caller gets the answer of its request whatever becomes of this: the key frees itself, a little later.
Task<> AcceptNotification::release(ServiceId service, std::string key, Uuid holder)
{
    try
    {
        co_await idempotency_.release(service, std::move(key), holder, deadline_in(kReleaseTimeout));
    }
    catch (const std::exception& failure)
    {
        log::warning("an Idempotency-Key was not released", {{"reason", failure.what()}});
    }
}

Task<Result<std::string>> AcceptNotification::accept_once(Call call)
{
    const Service& service = call.service->service();
    // The writer decides exactly; what it has found before is known here, in its place in the order of checks.
    if (call.key.type != KeyType::test && writer_.has_reached_daily_limit(service, clock_.now()))
        co_return over_daily_limit(service);
    auto from_template = co_await find_template(call.request, service.id, call.deadline);
    if (!from_template) co_return Failure(from_template.error());

    const DraftSender sender{call.key.type, call.key.id, std::nullopt};
    const DraftContext context{*call.service, sender, keys_, zone_, options_, clock_.now()};
    auto draft = draft_notification(context, call.request, std::move(*from_template));
    if (!draft) co_return Failure(draft.error());
    auto answer = call.serialise(draft->message);
    if (!call.request.recipient.simulated) co_return co_await write(call, std::move(draft->row), std::move(answer));
    if (call.idempotency_holder)
        co_await idempotency_.answer(service.id, *call.request.idempotency_key, *call.idempotency_holder, answer,
                                     call.deadline);
    co_return answer;
}

Task<Result<std::string>> AcceptNotification::write(Call call, NewNotification row, std::string answer)
{
    if (writer_.is_full())
        co_return fail(ErrorKind::unavailable, "Too many requests are waiting; try again in a moment");
    if (call.idempotency_holder)
        row.idempotency = IdempotentAnswer{*call.request.idempotency_key, *call.idempotency_holder,
                                           idempotency_.seal_answer(*call.idempotency_holder, answer)};
    switch (co_await writer_.write(std::move(row), call.deadline))
    {
        case WriteOutcome::written:
            co_return answer;
        case WriteOutcome::over_daily_limit:
            co_return over_daily_limit(call.service->service());
        case WriteOutcome::lost_idempotency_key:
            co_return fail(ErrorKind::conflict, "Another request with this Idempotency-Key took over; try again");
        case WriteOutcome::refused_by_database:
            break;
    }
    co_return fail(ErrorKind::internal, "Internal server error");
}

Task<Result<TemplatePtr>> AcceptNotification::find_template(const MessageRequest& request, ServiceId service,
                                                            Deadline deadline)
{
    auto found = co_await directory_.current_template(service, request.template_id, deadline);
    if (!found) co_return fail(ErrorKind::bad_request, "Template not found");
    if (found->facts.type != request.channel)
        co_return fail(ErrorKind::bad_request, fmt::format("{} template is not suitable for {} notification",
                                                           to_string(found->facts.type), to_string(request.channel)));
    if (found->facts.archived) co_return fail(ErrorKind::bad_request, "Template has been deleted");
    co_return found;
}

}  // namespace herald
