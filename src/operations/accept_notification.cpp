#include "operations/accept_notification.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "domain/recipients/recipient.hpp"
#include "rendering/email.hpp"
#include "rendering/personalisation.hpp"
#include "rendering/sanitise.hpp"
#include "rendering/sms.hpp"

namespace herald
{

namespace
{

std::string_view noun_of(Channel channel)
{
    return channel == Channel::sms ? "text messages" : "emails";
}

Result<void> check_permission(const Service& service, Channel channel)
{
    const auto needed = channel == Channel::sms ? ServicePermission::sms : ServicePermission::email;
    if (service.may(needed)) return {};
    return fail(ErrorKind::bad_request, fmt::format("Service is not allowed to send {}", noun_of(channel)));
}

Failure recipient_refused(KeyType type)
{
    if (type == KeyType::team)
        return fail(ErrorKind::bad_request, "Can\u2019t send to this recipient using a team-only API key");
    return fail(ErrorKind::bad_request,
                "Can\u2019t send to this recipient when service is in trial mode "
                "\u2013 see https://www.notifications.service.gov.uk/trial-mode");
}

std::string join(const std::vector<std::string>& names)
{
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string_view key_type_label(KeyType type)
{
    switch (type)
    {
        case KeyType::normal:
            return "LIVE";
        case KeyType::team:
            return "TEAM";
        case KeyType::test:
            break;
    }
    return "TEST";
}

Failure over_rate(const RateDecision& rate, KeyType type)
{
    return fail(ErrorKind::rate_limited,
                fmt::format("Exceeded rate limit for key type {} of {} requests per 60 seconds", key_type_label(type),
                            rate.limit));
}

bool has_file(const json::object& personalisation)
{
    return std::any_of(personalisation.begin(), personalisation.end(), [](const auto& member)
                       { return member.value().is_object() && member.value().get_object().contains("file"); });
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
    if (const auto permitted = check_permission(service->service(), request.channel); !permitted)
        co_return Failure(permitted.error());
    rate = co_await limiter_.take(service->service(), key.type, clock_.now(), deadline);
    if (!rate.allowed) co_return over_rate(rate, key.type);
    if (!request.idempotency_key)
        co_return co_await accept_once(service, key, request, serialise, std::nullopt, deadline);

    const auto claim = co_await idempotency_.claim(service->service().id, *request.idempotency_key, request.body,
                                                   clock_.now(), deadline);
    if (!claim) co_return Failure(claim.error());
    if (claim->earlier_answer) co_return *claim->earlier_answer;
    auto answer = co_await accept_once(service, key, request, serialise, claim->holder, deadline);
    if (!answer && answer.error().kind != ErrorKind::conflict)
        co_await idempotency_.release(service->service().id, *request.idempotency_key, claim->holder, deadline);
    co_return answer;
}

Task<Result<std::string>> AcceptNotification::accept_once(const ServicePtr& service, const ApiKey& key,
                                                          const MessageRequest& request, const Serialise& serialise,
                                                          std::optional<Uuid> idempotency_holder, Deadline deadline)
{
    auto from_template = co_await find_template(request, service->service().id, deadline);
    if (!from_template) co_return Failure(from_template.error());
    auto draft = this->draft(*service, key, request, std::move(*from_template));
    if (!draft) co_return Failure(draft.error());
    auto answer = serialise(draft->message);
    if (draft->simulated) co_return answer;
    if (writer_.is_full())
        co_return fail(ErrorKind::unavailable, "Too many requests are waiting; try again in a moment");

    if (idempotency_holder)
        draft->row.idempotency = IdempotentAnswer{*request.idempotency_key, *idempotency_holder,
                                                  idempotency_.seal_answer(*idempotency_holder, answer)};
    auto row = std::move(draft->row);
    switch (co_await writer_.write(std::move(row), deadline))
    {
        case WriteOutcome::written:
            co_return answer;
        case WriteOutcome::over_daily_limit:
            co_return fail(ErrorKind::too_many_requests,
                           fmt::format("Exceeded send limits ({}) for today", service->service().message_limit));
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

Result<AcceptNotification::Draft> AcceptNotification::draft(const ServiceContext& service, const ApiKey& key,
                                                            const MessageRequest& request,
                                                            TemplatePtr from_template) const
{
    Draft draft;
    draft.message.from_template = std::move(from_template);
    draft.message.reference = request.reference;
    draft.message.one_click_unsubscribe_url = request.one_click_unsubscribe_url;
    draft.message.id = NotificationId{make_uuid_v7(clock_.now())};
    if (auto rendered = render(service, request, draft); !rendered) return Failure(rendered.error());
    if (auto chosen = choose_sender(service, request, draft); !chosen) return Failure(chosen.error());
    if (auto checked = check_recipient(service, key, request, draft); !checked) return Failure(checked.error());
    if (has_file(request.personalisation))
        return fail(ErrorKind::bad_request,
                    fmt::format("Send files by email has not been set up - add contact details for your service at "
                                "{}/services/{}/service-settings/send-files-by-email",
                                options_.admin_base_url, service.service().id.to_string()));
    if (!draft.length) return Failure(draft.length.error());
    fill_row(service.service(), key, request, draft);
    return draft;
}

Result<void> AcceptNotification::render(const ServiceContext& service, const MessageRequest& request,
                                        Draft& draft) const
{
    json::object values = request.personalisation;
    if (!request.sanitise_content_for.empty())
    {
        auto sanitised = rendering::sanitise_personalisation(values, request.sanitise_content_for);
        values = std::move(sanitised.values);
        draft.message.sanitised_content = std::move(sanitised.changed);
    }
    const auto personalisation = rendering::Personalisation::from_json(values);
    if (!personalisation) return Failure(personalisation.error());
    const auto& compiled = draft.message.from_template->compiled;
    if (const auto missing = compiled.missing(*personalisation); !missing.empty())
        return fail(ErrorKind::bad_request, "Missing personalisation: " + join(missing));

    if (request.channel == Channel::sms)
    {
        auto shown = rendering::render_sms(compiled, *personalisation);
        if (auto filled = rendering::check_sms_not_empty(shown); !filled) return filled;
        draft.length = rendering::check_sms_length(shown);
        const std::string_view prefix =
            service.service().prefix_sms ? std::string_view(service.service().name) : std::string_view();
        draft.row.billable_units =
            static_cast<std::int16_t>(rendering::render_sms(compiled, *personalisation, prefix).fragments);
        draft.message.body = std::move(shown.body);
    }
    else
    {
        draft.message.body = rendering::render_email_body_for_api(compiled, *personalisation);
        if (auto filled = rendering::check_email_not_empty(compiled, draft.message.body); !filled) return filled;
        draft.length = rendering::check_email_length(draft.message.body.size());
        draft.message.subject = rendering::render_subject(compiled, *personalisation);
    }
    draft.contents.personalisation = json::serialize(values);
    draft.contents.one_click_unsubscribe_url = request.one_click_unsubscribe_url.value_or("");
    return {};
}

Result<void> AcceptNotification::choose_sender(const ServiceContext& service, const MessageRequest& request,
                                               Draft& draft) const
{
    const bool is_sms = request.channel == Channel::sms;
    const auto missing = [&]
    {
        return fail(ErrorKind::bad_request,
                    fmt::format("{} {} does not exist in database for service id {}",
                                is_sms ? "sms_sender_id" : "email_reply_to_id", request.sender_id->to_string(),
                                service.service().id.to_string()));
    };
    const auto choose = [&](const auto& all, auto text_of) -> Result<std::string>
    {
        for (const auto& one : all)
        {
            if (request.sender_id ? one.id.value == *request.sender_id : one.is_default) return text_of(one);
        }
        if (request.sender_id) return missing();
        return std::string();
    };
    auto chosen =
        is_sms ? choose(service.record.sms_senders, [](const SmsSender& one) { return one.sms_sender; })
               : choose(service.record.email_reply_tos, [](const EmailReplyTo& one) { return one.email_address; });
    if (!chosen) return Failure(chosen.error());
    draft.contents.reply_to = *chosen;
    if (is_sms)
        draft.message.from = chosen->empty() ? options_.sms_from_number : *chosen;
    else
        draft.message.from = service.service().email_from + "@" + options_.email_domain;
    return {};
}

Result<void> AcceptNotification::check_recipient(const ServiceContext& service, const ApiKey& key,
                                                 const MessageRequest& request, Draft& draft) const
{
    draft.contents.to = request.recipient;
    if (request.channel == Channel::sms)
    {
        const auto phone = parse_phone_number(request.recipient, options_.default_region);
        if (!phone) return Failure(phone.error());
        draft.contents.normalised_to = phone->e164;
        draft.row.international = phone->international;
        draft.row.phone_prefix = phone->country_prefix;
        draft.simulated = is_simulated_phone_number(phone->e164);
    }
    else
    {
        const auto address = parse_email_address(request.recipient);
        if (!address) return Failure(address.error());
        draft.contents.normalised_to = *address;
        draft.simulated = is_simulated_email_address(*address);
    }
    const bool limited = key.type == KeyType::team || (key.type == KeyType::normal && service.service().restricted);
    if (limited && !draft.simulated && !service.allowed_recipients.contains(draft.contents.normalised_to))
        return recipient_refused(key.type);
    if (draft.row.international && !service.service().may(ServicePermission::international_sms))
        return fail(ErrorKind::bad_request, "Cannot send to international mobile numbers");
    return {};
}

void AcceptNotification::fill_row(const Service& service, const ApiKey& key, const MessageRequest& request,
                                  Draft& draft) const
{
    const Template& from = draft.message.from_template->facts;
    NewNotification& row = draft.row;
    row.id = draft.message.id;
    row.service_id = service.id;
    row.template_id = from.id;
    row.template_version = from.version;
    row.api_key_id = key.id;
    row.key_type = key.type;
    row.channel = request.channel;
    row.lane = key.type == KeyType::test ? Lane::test : from.priority ? Lane::priority : Lane::normal;
    row.client_reference = request.reference;
    row.created_at = clock_.now();
    row.local_date = zone_.date_of(row.created_at);
    const int keep = request.channel == Channel::sms ? service.retention_days_sms : service.retention_days_email;
    row.purge_on = add_days(row.local_date, keep + 1);
    row.message_limit = service.message_limit;
    row.counts = key.type != KeyType::test;
    row.sealed = seal_contents(keys_, row.id, draft.contents);
}

}  // namespace herald
