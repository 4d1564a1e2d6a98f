#include "http/accept_message.hpp"

#include <algorithm>

namespace herald::http
{

namespace
{

// The daily limit starts over with the UTC day.
std::int32_t seconds_to_midnight(Instant now)
{
    const auto next = Instant(std::chrono::floor<std::chrono::days>(now) + std::chrono::days(1));
    return static_cast<std::int32_t>(std::chrono::ceil<std::chrono::seconds>(next - now).count());
}

void add_rate_headers(Response& response, const RateDecision& rate)
{
    const bool asked = rate.limit > 0 || rate.retry_after_seconds > 0;
    if (!asked) return;  // refused before the limiter had a say
    const int wait = response.status == 429 ? std::max(1, rate.retry_after_seconds) : 0;
    response.headers.emplace_back("RateLimit-Limit", std::to_string(rate.limit));
    response.headers.emplace_back("RateLimit-Remaining", std::to_string(rate.remaining));
    response.headers.emplace_back("RateLimit-Reset", std::to_string(wait));
    if (response.status == 429) response.headers.emplace_back("Retry-After", std::to_string(wait));
}

}  // namespace

Response accepted_response(const Result<std::string>& answer, RateDecision rate, const Refuse& refuse, Instant now)
{
    Response response = answer ? json_text_response(201, *answer) : refuse(answer.error());
    if (!answer && answer.error().kind == ErrorKind::too_many_requests)
        rate.retry_after_seconds = seconds_to_midnight(now);
    add_rate_headers(response, rate);
    return response;
}

Task<Response> accept_message(MessageRequest message, AcceptNotification::Serialise serialise, Refuse refuse,
                              Request& request, Context& context)
{
    if (const auto key = request.header("Idempotency-Key")) message.idempotency_key = std::string(*key);
    message.body = std::move(request.body);
    message.trace_id = request.trace_id;
    RateDecision rate;
    const auto answer =
        co_await context.accept.accept(request.principal.service, *request.principal.key, std::move(message),
                                       std::move(serialise), rate, request.deadline);
    co_return accepted_response(answer, rate, refuse, context.clock.now());
}

}  // namespace herald::http
