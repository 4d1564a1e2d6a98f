#include "operations/draft_notification.hpp"

#include <algorithm>
#include "base/trace_context.hpp"

#include <fmt/format.h>

#include "operations/notification_contents.hpp"
#include "operations/suppress_recipients.hpp"
#include "rendering/email.hpp"
#include "rendering/personalisation.hpp"
#include "rendering/sanitise.hpp"
#include "rendering/sms.hpp"

namespace herald
{

namespace
{

// A draft in the making. The length is measured while rendering and judged last.
struct Draft
{
    DraftNotification made;
    NotificationContents contents;
    Result<void> length;
};

Failure refuse(std::string message)
{
    return fail(ErrorKind::bad_request, std::move(message));
}

Result<void> render_text(const DraftContext& context, const rendering::Personalisation& values, Draft& draft)
{
    const auto& compiled = draft.made.message.from_template->compiled;
    auto shown = rendering::render_sms(compiled, values);
    if (auto full = rendering::check_sms_not_empty(shown); !full) return full;
    draft.length = rendering::check_sms_length(shown);
    const auto& service = context.service.service();
    const std::string_view prefix = service.prefix_sms ? std::string_view(service.name) : std::string_view();
    auto sent = rendering::render_sms(compiled, values, prefix);
    draft.made.downgraded = std::move(sent.downgraded);
    draft.made.row.billable_units = static_cast<std::int16_t>(sent.fragments);
    draft.made.message.body = std::move(shown.body);
    return {};
}

Result<void> render_email(const rendering::Personalisation& values, Draft& draft)
{
    const auto& compiled = draft.made.message.from_template->compiled;
    auto body = rendering::render_email_body_for_api(compiled, values);
    if (auto full = rendering::check_email_not_empty(compiled, body); !full) return full;
    draft.length = rendering::check_email_length(body.size());
    draft.made.message.body = std::move(body);
    draft.made.message.subject = rendering::render_subject(compiled, values);
    if (draft.length) draft.length = rendering::check_subject_length(draft.made.message.subject.size());
    return {};
}

Result<void> render(const DraftContext& context, const MessageRequest& request, Draft& draft)
{
    json::object values = request.personalisation;
    if (!request.sanitise_content_for.empty())
    {
        auto sanitised = rendering::sanitise_personalisation(values, request.sanitise_content_for);
        values = std::move(sanitised.values);
        draft.made.message.sanitised_content = std::move(sanitised.changed);
    }
    const auto personalisation = rendering::Personalisation::from_json(values);
    if (!personalisation) return Failure(personalisation.error());
    const auto missing = draft.made.message.from_template->compiled.missing(*personalisation);
    if (!missing.empty()) return refuse(fmt::format("Missing personalisation: {}", fmt::join(missing, ", ")));
    draft.contents.personalisation = json::serialize(values);
    return request.channel == Channel::sms ? render_text(context, *personalisation, draft)
                                           : render_email(*personalisation, draft);
}

// The one that was asked for, otherwise the default; empty when there is none.
template <class Sender, class TextOf>
Result<std::string> choose(const std::vector<Sender>& senders, const std::optional<Uuid>& wanted,
                           std::string_view argument, const Service& service, TextOf text_of)
{
    for (const auto& one : senders)
        if (wanted ? one.id.value == *wanted : one.is_default) return text_of(one);
    if (!wanted) return std::string();
    return refuse(fmt::format("{} {} does not exist in database for service id {}", argument, wanted->to_string(),
                              service.id.to_string()));
}

Result<std::string> choose_sender(const ServiceContext& context, Channel channel, const std::optional<Uuid>& wanted)
{
    const auto& record = context.record;
    if (channel == Channel::sms)
        return choose(record.sms_senders, wanted, "sms_sender_id", record.service,
                      [](const SmsSender& one) { return one.sms_sender; });
    return choose(record.email_reply_tos, wanted, "email_reply_to_id", record.service,
                  [](const EmailReplyTo& one) { return one.email_address; });
}

Result<void> choose_sender(const DraftContext& context, const MessageRequest& request, Draft& draft)
{
    auto chosen = choose_sender(context.service, request.channel, request.sender_id);
    if (!chosen) return Failure(std::move(chosen.error()));
    auto& from = draft.made.message.from;
    if (request.channel == Channel::sms)
        from = chosen->empty() ? context.options.sms_from_number : *chosen;
    else
        from = context.service.service().email_from + "@" + context.options.email_domain;
    draft.contents.reply_to = std::move(*chosen);
    return {};
}

Failure recipient_refused(KeyType type)
{
    if (type == KeyType::team)
        return fail(ErrorKind::recipient_not_allowed, "Can\u2019t send to this recipient using a team-only API key");
    return fail(ErrorKind::recipient_not_allowed,
                "Can\u2019t send to this recipient when service is in trial mode "
                "\u2013 see https://www.notifications.service.gov.uk/trial-mode");
}

Result<void> check_recipient(const DraftContext& context, const MessageRequest& request)
{
    const auto& recipient = request.recipient;
    if (recipient.normalised.empty()) return refuse("Recipient can't be empty");
    const auto& service = context.service.service();
    const bool limited =
        context.sender.key_type == KeyType::team || (context.sender.key_type == KeyType::normal && service.restricted);
    if (limited && !context.service.allowed_recipients.contains(recipient.normalised))
        return recipient_refused(context.sender.key_type);
    return {};
}

Result<void> check_international(const DraftContext& context, const Recipient& recipient)
{
    if (recipient.international && !context.service.service().may(ServicePermission::international_sms))
        return refuse("Cannot send to international mobile numbers");
    return {};
}

Result<void> check_files(const DraftContext& context, const json::object& personalisation)
{
    const bool has_file =
        std::ranges::any_of(personalisation, [](const auto& member)
                            { return member.value().is_object() && member.value().get_object().contains("file"); });
    if (!has_file) return {};
    return refuse(
        fmt::format("Send files by email has not been set up - add contact details for your service at "
                    "{}/services/{}/service-settings/send-files-by-email",
                    context.options.admin_base_url, context.service.service().id.to_string()));
}

Result<void> check_v2(const DraftContext& context, const MessageRequest& request, const Draft& draft)
{
    if (auto allowed = check_recipient(context, request); !allowed) return allowed;
    if (auto allowed = check_international(context, request.recipient); !allowed) return allowed;
    if (auto files = check_files(context, request.personalisation); !files) return files;
    return draft.length;
}

Result<void> check_v1(const DraftContext& context, const MessageRequest& request, const Draft& draft)
{
    if (!draft.length) return draft.length;
    if (auto allowed = check_recipient(context, request); !allowed) return allowed;
    if (auto permitted = check_permission(context.service.service(), request.channel); !permitted) return permitted;
    return check_international(context, request.recipient);
}

Lane lane_of(const DraftContext& context, const Template& from)
{
    if (context.sender.key_type == KeyType::test || context.service.service().research_mode) return Lane::test;
    return from.priority ? Lane::priority : Lane::normal;
}

void fill_row(const DraftContext& context, const MessageRequest& request, Draft& draft)
{
    const Service& service = context.service.service();
    const Template& from = draft.made.message.from_template->facts;
    NewNotification& row = draft.made.row;
    row.id = draft.made.message.id;
    row.service_id = service.id;
    row.template_id = from.id;
    row.template_version = from.version;
    row.api_key_id = context.sender.api_key_id;
    row.created_by_id = context.sender.created_by_id;
    row.key_type = context.sender.key_type;
    row.channel = request.channel;
    row.lane = lane_of(context, from);
    row.client_reference = request.reference;
    row.created_at = context.now;
    row.local_date = context.zone.date_of(row.created_at);
    const int keep = request.channel == Channel::sms ? service.retention_days_sms : service.retention_days_email;
    row.scheduled_for = request.scheduled_for;
    row.purge_on = add_days(context.zone.date_of(row.scheduled_for.value_or(row.created_at)), keep + 1);
    row.message_limit = service.message_limit;
    row.counts = context.sender.key_type != KeyType::test;
    if (request.channel == Channel::sms)
    {
        row.international = request.recipient.international;
        row.phone_prefix = request.recipient.country_prefix;
    }
    // What stays inside reaches nobody, so it is not kept from anybody.
    if (row.lane != Lane::test) row.recipient_hash = recipient_hash(context.keys, request.recipient.normalised);
    draft.contents.to = request.recipient.as_sent;
    draft.contents.normalised_to = request.recipient.normalised;
    draft.contents.one_click_unsubscribe_url = request.one_click_unsubscribe_url.value_or("");
    if (is_trace_id(request.trace_id)) draft.contents.trace_id = request.trace_id;
    row.sealed = seal_contents(context.keys, row.id, draft.contents);
}

}  // namespace

Result<void> check_permission(const Service& service, Channel channel)
{
    const bool is_sms = channel == Channel::sms;
    if (service.may(is_sms ? ServicePermission::sms : ServicePermission::email)) return {};
    return fail(ErrorKind::channel_not_allowed,
                fmt::format("Service is not allowed to send {}", is_sms ? "text messages" : "emails"));
}

Result<void> check_may_schedule(const Service& service, const std::optional<Instant>& scheduled_for)
{
    if (!scheduled_for || service.may(ServicePermission::schedule_notifications)) return {};
    return refuse("Cannot schedule notifications (this feature is invite-only)");
}

Result<void> check_sender(const ServiceContext& context, Channel channel, const std::optional<Uuid>& sender_id)
{
    if (const auto chosen = choose_sender(context, channel, sender_id); !chosen) return Failure(chosen.error());
    return {};
}

Result<DraftNotification> draft_notification(const DraftContext& context, const MessageRequest& request,
                                             TemplatePtr from_template)
{
    Draft draft;
    AcceptedMessage& message = draft.made.message;
    message.id = context.id.value_or(NotificationId{make_uuid_v7(context.now)});
    message.from_template = std::move(from_template);
    message.reference = request.reference;
    message.scheduled_for = request.scheduled_for;
    message.one_click_unsubscribe_url = request.one_click_unsubscribe_url;

    if (auto rendered = render(context, request, draft); !rendered) return Failure(std::move(rendered.error()));
    if (auto chosen = choose_sender(context, request, draft); !chosen) return Failure(std::move(chosen.error()));
    auto valid =
        request.order == CheckOrder::v1 ? check_v1(context, request, draft) : check_v2(context, request, draft);
    if (!valid) return Failure(std::move(valid.error()));
    fill_row(context, request, draft);
    return std::move(draft.made);
}

}  // namespace herald
