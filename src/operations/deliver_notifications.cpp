#include "operations/deliver_notifications.hpp"

#include <prometheus/counter.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "operations/suppress_recipients.hpp"
#include "operations/unsubscribe.hpp"
#include "rendering/email.hpp"
#include "rendering/sms.hpp"

namespace herald
{

namespace
{

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

DeliverNotifications::DeliverNotifications(ServiceDirectory& directory, DeliveryRecorder& recorder,
                                           ProviderPool& providers, const KeyRing& keys, const Clock& clock,
                                           DeliverOptions options, CpuPool* large_emails)
    : directory_(directory),
      recorder_(recorder),
      providers_(providers),
      keys_(keys),
      clock_(clock),
      options_(std::move(options)),
      large_emails_(large_emails),
      repeated_(metrics::counter("herald_delivery_repeated_total",
                                 "Messages offered again after an attempt that nobody could tell the end of: the most "
                                 "that can have arrived twice"))
{
}

Task<> DeliverNotifications::record(SendResult result)
{
    auto receipt = std::move(result.receipt);
    co_await recorder_.record(std::move(result), deadline_in(kRecordTimeout));
    if (receipt) recorder_.receive(std::move(*receipt));
}

Task<SendResult> DeliverNotifications::hand_over(ClaimedDelivery claimed)
{
    const Deadline deadline = deadline_in(options_.send_timeout);
    // Whatever it is that ends its attempts without a result: it must not come back for ever.
    Result<Prepared> prepared = fail(ErrorKind::internal, "its attempts ended without a result");
    if (claimed.attempt <= options_.tries + 2) prepared = co_await prepare(claimed, deadline);
    SendResult result;
    if (prepared)
        result = co_await hand_over(claimed, *prepared, deadline);
    else if (prepared.error().kind == ErrorKind::unavailable)
        result = postponed(claimed, prepared.error().message, {});
    else
        result = gave_up(claimed, prepared.error().message);
    count(result);
    co_return result;
}

void DeliverNotifications::count(const SendResult& result)
{
    const std::string_view outcome = result.uncertain                        ? "uncertain"
                                     : result.hand_off == HandOff::postponed ? "postponed"
                                     : result.hand_off == HandOff::try_again ? "retry"
                                     : result.hand_off == HandOff::failed    ? "failed"
                                                                             : "handed_over";
    auto& counter = attempts_[std::pair(result.provider, outcome)];
    if (counter == nullptr)
    {
        const std::string provider = result.provider.empty() ? "none" : result.provider;
        counter = &metrics::counter("herald_delivery_attempts_total", "Hand-offs to providers, by outcome",
                                    {{"provider", provider}, {"outcome", std::string(outcome)}});
    }
    counter->Increment();
}

Task<SendResult> DeliverNotifications::hand_over(const ClaimedDelivery& claimed, Prepared& prepared, Deadline deadline)
{
    if (claimed.uncertain)
    {
        // A second send only when nobody knows of the first.
        auto earlier = co_await find_earlier(claimed, deadline);
        if (!earlier) co_return postponed(claimed, earlier.error().message, prepared.provider->name());
        if (*earlier) co_return settled(claimed, prepared, std::move(**earlier));
    }
    if (prepared.suppressed) co_return kept_back(claimed, *prepared.suppressed);
    if (claimed.attempt > options_.tries)
        co_return gave_up(claimed, "no tries are left, and nobody knows whether the last one arrived");
    if (claimed.uncertain) repeated_.Increment();
    const auto outcome = co_await send(prepared, deadline);
    co_return result_of(claimed, prepared, outcome);
}

SendResult DeliverNotifications::settled(const ClaimedDelivery& claimed, const Prepared& prepared, Receipt earlier)
{
    auto result = result_of(claimed, prepared,
                            SendOutcome(SendStatus::accepted, earlier.reference, "an earlier attempt had arrived"));
    result.provider = earlier.provider;
    if (!awaits_receipt(earlier.status)) result.receipt = std::move(earlier);
    return result;
}

Provider* DeliverNotifications::choose_provider(const ClaimedDelivery& claimed, const Service& service) const
{
    if (stays_inside(claimed, service)) return providers_.simulator();
    return providers_.find(static_cast<Channel>(claimed.channel), claimed.provider);
}

Task<Result<DeliverNotifications::Prepared>> DeliverNotifications::prepare(const ClaimedDelivery& claimed,
                                                                           Deadline deadline)
{
    if (claimed.sealed.empty()) co_return fail(ErrorKind::not_found, "its contents were purged");
    const auto contents = open_contents(keys_, claimed.id, claimed.sealed);
    if (!contents) co_return Failure(contents.error());
    ServicePtr service;
    TemplatePtr from;
    Prepared prepared;
    try
    {
        service = co_await directory_.service(claimed.service_id, deadline);
        if (service) prepared.provider = choose_provider(claimed, service->service());
        from = co_await directory_.template_version(claimed.service_id, claimed.template_id, claimed.template_version,
                                                    deadline);
        if (claimed.suppressed_since && prepared.provider != providers_.simulator())
            prepared.suppressed = co_await find_suppression(claimed, *contents, deadline);
    }
    catch (const std::runtime_error&)
    {
        co_return fail(ErrorKind::unavailable, "service, template or suppressions could not be read");
    }
    if (!service || !service->service().active) co_return fail(ErrorKind::forbidden, "the service is archived");
    if (!from) co_return fail(ErrorKind::not_found, "its template version is gone");

    if (prepared.provider == nullptr)
        co_return fail(ErrorKind::unavailable, claimed.international ? "no provider sends abroad" : "no provider");

    auto message = co_await render_where_it_fits(claimed, *contents, *service, *from, prepared.fragments);
    if (!message) co_return Failure(message.error());
    prepared.message = std::move(*message);
    auto& unsubscribe = prepared.message.one_click_unsubscribe_url;
    const bool leaves = prepared.provider != providers_.simulator();
    if (leaves && prepared.message.channel == Channel::email && !unsubscribe && !options_.unsubscribe_url.empty())
        unsubscribe =
            unsubscribe_url(keys_, options_.unsubscribe_url, claimed.service_id, claimed.id, contents->normalised_to);
    if (prepared.provider == providers_.simulator()) prepared.fragments = 0;  // nothing to pay for
    co_return prepared;
}

// Two megabytes take a tenth of a second, in which a loop would do nothing else.
Task<Result<OutgoingMessage>> DeliverNotifications::render_where_it_fits(const ClaimedDelivery& claimed,
                                                                         const NotificationContents& contents,
                                                                         const ServiceContext& sender,
                                                                         const TemplateContext& from,
                                                                         std::int16_t& fragments) const
{
    const auto work = [&]
    {
        return render(claimed, contents, sender, from, options_, fragments);
    };
    // Never less than what comes out: each placeholder could bring all of the values.
    const auto most = from.facts.content.size() + from.compiled.insertions() * contents.personalisation.size();
    if (large_emails_ == nullptr || most <= options_.render_in_place) co_return work();
    try
    {
        co_return co_await large_emails_->run(work);
    }
    catch (const CpuPoolFull&)
    {
    }
    co_return fail(ErrorKind::unavailable, "too many large emails wait to be rendered");
}

Result<OutgoingMessage> DeliverNotifications::render(const ClaimedDelivery& claimed,
                                                     const NotificationContents& contents, const ServiceContext& sender,
                                                     const TemplateContext& from, const DeliverOptions& options,
                                                     std::int16_t& fragments)
{
    const auto personalisation = read_personalisation(contents.personalisation);
    if (!personalisation) return Failure(personalisation.error());
    const Service& service = sender.service();
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
    auto rendered = rendering::render_email(from.compiled, *personalisation, sender.email_header);
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

Task<SendOutcome> DeliverNotifications::send(Prepared& prepared, Deadline deadline)
{
    const auto begun = std::chrono::steady_clock::now();
    SendOutcome outcome(SendStatus::uncertain, {}, "the provider failed");
    try
    {
        outcome = co_await prepared.provider->send(prepared.message, deadline);
    }
    catch (const std::exception&)
    {
        // Providers do not throw. Should one, nobody can say how far it had come.
        log::error("a provider failed", {{"provider", prepared.provider->name()}});
    }
    const auto now = std::chrono::steady_clock::now();
    providers_.note(prepared.message.channel, prepared.provider->name(), outcome.status, now - begun, now);
    co_return outcome;
}

// What one of those whom it was offered to says of it, or else a receipt that has come for it. An error: ask again
// later.
Task<Result<std::optional<Receipt>>> DeliverNotifications::find_earlier(const ClaimedDelivery& claimed,
                                                                        Deadline deadline)
{
    try
    {
        const auto offered_to = co_await recorder_.list_attempt_providers(claimed.service_id, claimed.id, deadline);
        for (const std::string& name : offered_to)
        {
            Provider* const provider = providers_.by_name(name);
            if (provider == nullptr) continue;  // of another process, or an earlier configuration
            auto known = co_await provider->look_up(claimed.id, {}, deadline);
            if (known) co_return std::optional(std::move(known));
        }
        co_return co_await recorder_.find_left_over_receipt(claimed.id, deadline);
    }
    catch (const std::exception&)
    {
        log::warning("an uncertain attempt could not be looked up", {{"provider", claimed.provider}});
    }
    co_return fail(ErrorKind::unavailable, "an earlier attempt could not be looked up");
}

Task<std::optional<SuppressionReason>> DeliverNotifications::find_suppression(const ClaimedDelivery& claimed,
                                                                              const NotificationContents& contents,
                                                                              Deadline deadline)
{
    SuppressionKey key{claimed.service_id, static_cast<Channel>(claimed.channel),
                       recipient_hash(keys_, contents.normalised_to)};
    co_return co_await recorder_.find_suppression(std::move(key), deadline);
}

// As acceptance ends a message whose recipient is suppressed already.
SendResult DeliverNotifications::kept_back(const ClaimedDelivery& claimed, SuppressionReason reason) const
{
    auto result = gave_up(claimed, "suppressed: " + std::string(to_string(reason)));
    result.status = NotificationStatus::permanent_failure;
    return result;
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

SendResult DeliverNotifications::postponed(const ClaimedDelivery& claimed, std::string reason,
                                           std::string_view provider) const
{
    auto result = gave_up(claimed, std::move(reason));
    result.provider = provider;
    result.hand_off = HandOff::postponed;
    result.retry_at = clock_.now() + options_.retry_pause;
    return result;
}

SendResult DeliverNotifications::try_again(const ClaimedDelivery& claimed, const SendOutcome& outcome,
                                           std::string_view provider) const
{
    auto result = gave_up(claimed, outcome.detail);
    result.provider = provider;
    const bool uncertain = outcome.status == SendStatus::uncertain;
    // After the last try an uncertain one is asked about, until there is an answer, and not sent again.
    if (claimed.attempt >= options_.tries && !uncertain) return result;
    result.hand_off = HandOff::try_again;
    result.uncertain = uncertain;
    result.retry_at = next_try(claimed, uncertain);
    return result;
}

// At once where somebody else may take it: each of the channel's providers has its turn before the pauses begin. And,
// as the family has it, the first retry of a text message.
Instant DeliverNotifications::next_try(const ClaimedDelivery& claimed, bool uncertain) const
{
    const auto channel = static_cast<Channel>(claimed.channel);
    const std::size_t usable = providers_.usable(channel, std::chrono::steady_clock::now());
    const bool others = static_cast<std::size_t>(claimed.attempt) < usable;
    const bool first_of_sms = channel == Channel::sms && claimed.attempt == 1;
    if (!uncertain && (others || first_of_sms)) return clock_.now();
    return clock_.now() + options_.retry_pause;
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
