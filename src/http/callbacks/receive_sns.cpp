// POST /notifications/email/ses, /notifications/sms/sns, /notifications/sms/receive/sns

#include "base/log.hpp"
#include "http/auth/sns_authenticator.hpp"
#include "http/callbacks/handlers.hpp"
#include "http/context.hpp"

namespace herald::http::callbacks
{

namespace
{

struct Channelled
{
    ReceiptKind kind;
    std::string_view provider;
    std::string_view success;
};

constexpr Channelled kSesEvent{ReceiptKind::email_event, "ses", "SES-SNS callback succeeded"};
constexpr Channelled kSmsStatus{ReceiptKind::sms_status, "sns", "SMS-SNS callback succeeded"};
constexpr Channelled kInboundSms{ReceiptKind::inbound_sms, "sns", "SMS-SNS callback succeeded"};

Task<Response> confirm(const SignedMessage& message, Request& request, Context& context)
{
    auto confirmed = co_await context.intake.source.confirm(message, request.deadline);
    if (!confirmed)
    {
        log::warning("a subscription could not be confirmed", {{"topic", message.topic}});
        co_return error_response(sns_failure(std::move(confirmed.error()), *request.route), request.route->shape);
    }
    log::info("a subscription was confirmed", {{"topic", message.topic}});
    co_return Response(200, {}, {});
}

Task<Response> receive(const Channelled& as, Request& request, Context& context)
{
    const json::object succeeded{{"result", "success"}, {"message", as.success}};
    const auto message = request.principal.message;
    if (!message) co_return json_response(200, succeeded);  // the route is switched off
    switch (message->type)
    {
        case SignedMessage::Type::subscription_confirmation:
        {
            auto answer = co_await confirm(*message, request, context);
            if (answer.status != 200) co_return answer;
            break;
        }
        case SignedMessage::Type::unsubscribe_confirmation:
            log::warning("a topic will not tell us anything any more", {{"topic", message->topic}});
            break;
        case SignedMessage::Type::notification:
        {
            if (context.intake.receive.is_full())
                co_return error_response(Error(ErrorKind::unavailable, {}), request.route->shape);
            ReceivedEvent event;
            event.provider = as.provider;
            event.kind = as.kind;
            event.sent_at = message->sent_at;
            event.body = message->body;
            co_await context.intake.receive.receive(std::move(event), request.deadline);
            break;
        }
    }
    co_return json_response(200, succeeded);
}

}  // namespace

Task<Response> receive_ses_event(Request& request, Context& context)
{
    return receive(kSesEvent, request, context);
}

Task<Response> receive_sms_status(Request& request, Context& context)
{
    return receive(kSmsStatus, request, context);
}

Task<Response> receive_inbound_sms(Request& request, Context& context)
{
    return receive(kInboundSms, request, context);
}

}  // namespace herald::http::callbacks
