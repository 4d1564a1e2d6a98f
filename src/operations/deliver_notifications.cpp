#include "operations/deliver_notifications.hpp"

#include "base/log.hpp"
#include "rendering/email.hpp"
#include "rendering/sms.hpp"

namespace herald
{

namespace
{

constexpr auto kRecordTimeout = seconds(25);

bool stays_inside(const ClaimedDelivery& claimed, const Service& service)
{
    return static_cast<KeyType>(claimed.key_type) == KeyType::test || service.research_mode;
}

Result<rendering::Personalisation> read_personalisation(const std::string& text)
{
    const auto value = parse_json(text);
    if (!value || !value->is_object()) return fail(ErrorKind::internal, "stored personalisation is no JSON object");
    return rendering::Personalisation::from_json(value->get_object());
}

}  // namespace

Provider* ProviderSet::by_name(std::string_view name) const
{
    for (Provider* provider : {email, sms, simulator})
    {
        if (provider != nullptr && provider->name() == name) return provider;
    }
    return nullptr;
}

DeliverNotifications::DeliverNotifications(ServiceDirectory& directory, DeliveryRecorder& recorder,
                                           ProviderSet providers, const KeyRing& keys, const Clock& clock,
                                           DeliverOptions options)
    : directory_(directory),
      recorder_(recorder),
      providers_(providers),
      keys_(keys),
      clock_(clock),
      options_(std::move(options))
{
}

Task<> DeliverNotifications::deliver(ClaimedDelivery claimed)
{
    const Deadline deadline = deadline_in(options_.send_timeout);
    auto prepared = co_await prepare(claimed, deadline);
    SendResult result;
    if (prepared)
    {
        const auto outcome = co_await send(*prepared, claimed.attempt, deadline);
        result = result_of(claimed, *prepared, outcome);
    }
    else if (prepared.error().kind == ErrorKind::unavailable)
        result = try_again(claimed, SendOutcome(SendStatus::retryable, {}, prepared.error().message), {});
    else
        result = gave_up(claimed, prepared.error().message);
    co_await recorder_.record(std::move(result), deadline_in(kRecordTimeout));
}

Task<Result<DeliverNotifications::Prepared>> DeliverNotifications::prepare(const ClaimedDelivery& claimed,
                                                                           Deadline deadline)
{
    if (claimed.sealed.empty()) co_return fail(ErrorKind::not_found, "its contents were purged");
    const auto contents = open_contents(keys_, claimed.id, claimed.sealed);
    if (!contents) co_return Failure(contents.error());
    ServicePtr service;
    TemplatePtr from;
    try
    {
        service = co_await directory_.service(claimed.service_id, deadline);
        from = co_await directory_.template_version(claimed.service_id, claimed.template_id, claimed.template_version,
                                                    deadline);
    }
    catch (const std::runtime_error&)
    {
        co_return fail(ErrorKind::unavailable, "service or template could not be read");
    }
    if (!service || !service->service().active) co_return fail(ErrorKind::forbidden, "the service is archived");
    if (!from) co_return fail(ErrorKind::not_found, "its template version is gone");

    Prepared prepared;
    auto message = render(claimed, *contents, service->service(), *from, options_, prepared.fragments);
    if (!message) co_return Failure(message.error());
    prepared.message = std::move(*message);
    const bool is_sms = prepared.message.channel == Channel::sms;
    prepared.provider = stays_inside(claimed, service->service()) ? providers_.simulator
                        : is_sms                                  ? providers_.sms
                                                                  : providers_.email;
    if (prepared.provider == nullptr)
        co_return fail(ErrorKind::unavailable, "no provider is configured for this channel");
    co_return prepared;
}

Result<OutgoingMessage> DeliverNotifications::render(const ClaimedDelivery& claimed,
                                                     const NotificationContents& contents, const Service& service,
                                                     const TemplateContext& from, const DeliverOptions& options,
                                                     std::int16_t& fragments)
{
    const auto personalisation = read_personalisation(contents.personalisation);
    if (!personalisation) return Failure(personalisation.error());
    OutgoingMessage message;
    message.id = claimed.id;
    message.service_id = claimed.service_id;
    message.channel = static_cast<Channel>(claimed.channel);
    message.to = contents.normalised_to;
    if (message.channel == Channel::sms)
    {
        const std::string_view prefix = service.prefix_sms ? std::string_view(service.name) : std::string_view();
        auto rendered = rendering::render_sms(from.compiled, *personalisation, prefix);
        message.sender = contents.reply_to.empty() ? options.sms_from_number : contents.reply_to;
        message.body = std::move(rendered.body);
        fragments = static_cast<std::int16_t>(rendered.fragments);
        return message;
    }
    auto rendered = rendering::render_email(from.compiled, *personalisation);
    message.subject = std::move(rendered.subject);
    message.body = std::move(rendered.plain_text);
    message.html = std::move(rendered.html);
    message.from_name = service.name;
    message.from_address = service.email_from + "@" + options.email_domain;
    if (!contents.reply_to.empty()) message.reply_to = contents.reply_to;
    if (!contents.one_click_unsubscribe_url.empty())
        message.one_click_unsubscribe_url = contents.one_click_unsubscribe_url;
    return message;
}

Task<SendOutcome> DeliverNotifications::send(Prepared& prepared, std::int16_t attempt, Deadline deadline)
{
    if (attempt > 1)
    {
        // An earlier attempt may have gone out: a provider that can tell saves the recipient a second copy.
        const auto earlier = co_await prepared.provider->look_up(prepared.message.id, {}, deadline);
        if (earlier) co_return SendOutcome(SendStatus::accepted, earlier->reference, "an earlier attempt had arrived");
    }
    co_return co_await prepared.provider->send(prepared.message, deadline);
}

SendResult DeliverNotifications::gave_up(const ClaimedDelivery& claimed, std::string reason) const
{
    SendResult result;
    result.service_id = claimed.service_id;
    result.id = claimed.id;
    result.fence = claimed.fence;
    result.detail = std::move(reason);
    return result;
}

SendResult DeliverNotifications::try_again(const ClaimedDelivery& claimed, const SendOutcome& outcome,
                                           std::string_view provider) const
{
    auto result = gave_up(claimed, outcome.detail);
    result.provider = provider;
    if (claimed.attempt > options_.tries) return result;
    const bool at_once = static_cast<Channel>(claimed.channel) == Channel::sms && claimed.attempt == 1;
    result.hand_off = HandOff::try_again;
    result.uncertain = outcome.status == SendStatus::uncertain;
    result.retry_at = at_once && !result.uncertain ? clock_.now() : clock_.now() + options_.retry_pause;
    return result;
}

SendResult DeliverNotifications::result_of(const ClaimedDelivery& claimed, const Prepared& prepared,
                                           const SendOutcome& outcome) const
{
    const auto provider = prepared.provider->name();
    if (outcome.status == SendStatus::retryable || outcome.status == SendStatus::uncertain)
        return try_again(claimed, outcome, provider);
    auto result = gave_up(claimed, outcome.detail);
    result.provider = provider;
    if (outcome.status == SendStatus::rejected) return result;
    result.reference = outcome.reference;
    result.fragments = prepared.fragments;
    result.hand_off = outcome.receipt_expected ? HandOff::awaits_receipt : HandOff::done;
    result.status = outcome.receipt_expected ? NotificationStatus::sending : NotificationStatus::sent;
    result.look_up_at = clock_.now() + options_.look_up_after;
    return result;
}

}  // namespace herald
