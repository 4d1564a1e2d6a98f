#include "app/administration.hpp"

#include "app/administration_impl.hpp"
#include "base/log.hpp"
#include "storage/branding_store.hpp"
#include "storage/template_store.hpp"

namespace herald
{

namespace
{

// Rotation is in no hurry, and traffic comes first: `herald bench rotate` measures what it costs.
constexpr double kRotationShare = 0.1;

Failure no_database(const std::filesystem::path& dev_directory)
{
    return fail(ErrorKind::validation,
                "No database is configured. Set database.url (herald.toml, HERALD_DATABASE_URL or --set), or run this "
                "where `herald dev` runs: "
                "there is no " +
                    (dev_directory / "herald.json").string());
}

Sender shown(const SmsSender& sender)
{
    return {sender.id.value, sender.sms_sender, sender.is_default};
}

Sender shown(const EmailReplyTo& reply_to)
{
    return {reply_to.id.value, reply_to.email_address, reply_to.is_default};
}

template <class T>
Task<Result<Sender>> as_sender(Task<Result<T>> made)
{
    auto result = co_await std::move(made);
    if (!result) co_return Failure(std::move(result.error()));
    co_return shown(*result);
}

Task<Result<ServiceDetails>> then_describe(ManageContext context, Task<Result<ServiceRow>> changed)
{
    auto row = co_await std::move(changed);
    if (!row) co_return Failure(std::move(row.error()));
    co_return co_await describe_service(context, row->service.id);
}

Task<Result<UserDetails>> then_describe(ManageContext context, Task<Result<User>> changed)
{
    auto user = co_await std::move(changed);
    if (!user) co_return Failure(std::move(user.error()));
    co_return co_await describe_user(context, user->id.to_string());
}

}  // namespace

Result<Administration> Administration::open(Settings settings, const std::filesystem::path& dev_directory)
{
    // One command, one answer: the log is for what goes wrong.
    log::configure(log::Level::warning, log::Format::text);
    if (settings.database.url.empty())
    {
        const auto folder = read_dev_folder(dev_directory);
        if (!folder && folder.error().kind == ErrorKind::not_found) return no_database(dev_directory);
        if (!folder) return Failure(folder.error());
        settings.database.url = folder->database_url;
        if (settings.objects.folder.empty()) settings.objects.folder = (dev_directory / kDevObjectsName).string();
        if (settings.security.keys.empty()) settings.security.keys = folder->keys;
        // As `herald dev` itself: what it calls is on this machine.
        settings.callbacks.allow_http = true;
        settings.callbacks.allow_private_addresses = true;
    }
    Administration opened(std::move(settings));
    if (opened.settings_.security.keys.empty()) return opened;
    auto keys = KeyRing::parse(opened.settings_.security.keys);
    if (!keys) return Failure(std::move(keys.error()));
    opened.keys_ = std::move(*keys);
    opened.has_keys_ = true;
    return opened;
}

Result<void> Administration::need_keys() const
{
    if (has_keys_) return {};
    return fail(ErrorKind::validation,
                "This needs the key ring: set security.keys (HERALD_SECURITY_KEYS) to the one that the servers have");
}

Result<ServiceDetails> Administration::create_service(NewService wanted) const
{
    return ask<ServiceDetails>([&](ManageContext context)
                               { return then_describe(context, herald::create_service(context, std::move(wanted))); });
}

Result<std::vector<ServiceRow>> Administration::list_services() const
{
    return ask<std::vector<ServiceRow>>(
        [](ManageContext context) -> Task<Result<std::vector<ServiceRow>>>
        { co_return co_await ServiceStore(context.database, context.keys).list(context.deadline); });
}

Result<ServiceDetails> Administration::show_service(const std::string& service) const
{
    return ask_for<ServiceDetails>(service, describe_service);
}

Result<ServiceDetails> Administration::change_service(const std::string& service, ServiceChange change) const
{
    return ask_for<ServiceDetails>(
        service, [&](ManageContext context, ServiceId id)
        { return then_describe(context, herald::change_service(context, id, std::move(change))); });
}

Result<ServiceDetails> Administration::archive_service(const std::string& service) const
{
    return ask_for<ServiceDetails>(service, [](ManageContext context, ServiceId id)
                                   { return then_describe(context, herald::archive_service(context, id)); });
}

Result<Guest> Administration::add_guest(const std::string& service, const std::string& recipient) const
{
    return ask_for<Guest>(
        service, [&](ManageContext context, ServiceId id) { return herald::add_guest(context, id, recipient); });
}

Result<Guest> Administration::remove_guest(const std::string& service, const std::string& recipient) const
{
    return ask_for<Guest>(
        service, [&](ManageContext context, ServiceId id) { return herald::remove_guest(context, id, recipient); });
}

Result<User> Administration::add_member(const std::string& service, const std::string& user) const
{
    return ask_for<User>(service,
                         [&](ManageContext context, ServiceId id) { return herald::add_member(context, id, user); });
}

Result<User> Administration::remove_member(const std::string& service, const std::string& user) const
{
    return ask_for<User>(service,
                         [&](ManageContext context, ServiceId id) { return herald::remove_member(context, id, user); });
}

Result<Sender> Administration::add_sender(const std::string& service, SenderKind kind, const std::string& text,
                                          bool is_default) const
{
    const auto add = [&](ManageContext context, ServiceId id)
    {
        return kind == SenderKind::sms_sender ? as_sender(add_sms_sender(context, id, text, is_default))
                                              : as_sender(add_email_reply_to(context, id, text, is_default));
    };
    return ask_for<Sender>(service, add);
}

Result<Sender> Administration::make_sender_default(const std::string& service, SenderKind kind,
                                                   const std::string& id) const
{
    const auto parsed = parse_id<SmsSenderId>("sender", id);
    if (!parsed) return Failure(parsed.error());
    const auto change = [&](ManageContext context, ServiceId owner)
    {
        return kind == SenderKind::sms_sender
                   ? as_sender(make_sms_sender_default(context, owner, *parsed))
                   : as_sender(make_email_reply_to_default(context, owner, EmailReplyToId{parsed->value}));
    };
    return ask_for<Sender>(service, change);
}

Result<Sender> Administration::archive_sender(const std::string& service, SenderKind kind, const std::string& id) const
{
    const auto parsed = parse_id<SmsSenderId>("sender", id);
    if (!parsed) return Failure(parsed.error());
    const auto archive = [&](ManageContext context, ServiceId owner)
    {
        return kind == SenderKind::sms_sender
                   ? as_sender(archive_sms_sender(context, owner, *parsed))
                   : as_sender(archive_email_reply_to(context, owner, EmailReplyToId{parsed->value}));
    };
    return ask_for<Sender>(service, archive);
}

Result<EmailBranding> Administration::put_branding(EmailBranding branding) const
{
    return ask<EmailBranding>([&](ManageContext context) { return put_email_branding(context, std::move(branding)); });
}

Result<std::vector<EmailBranding>> Administration::list_brandings() const
{
    return ask<std::vector<EmailBranding>>(
        [](ManageContext context) -> Task<Result<std::vector<EmailBranding>>>
        { co_return co_await BrandingStore(context.database).list(context.deadline); });
}

Result<EmailBranding> Administration::show_branding(const std::string& name) const
{
    return ask<EmailBranding>([&](ManageContext context) { return find_email_branding(context, name); });
}

Result<ServiceDetails> Administration::set_service_branding(const std::string& service,
                                                            std::optional<std::string> name) const
{
    const auto set = [&](ManageContext context, ServiceId id) -> Task<Result<ServiceDetails>>
    {
        auto given = co_await set_service_email_branding(context, id, name);
        if (!given) co_return Failure(std::move(given.error()));
        co_return co_await describe_service(context, id);
    };
    return ask_for<ServiceDetails>(service, set);
}

Result<TemplateReport> Administration::create_template(const std::string& service, NewTemplate wanted) const
{
    return ask_for<TemplateReport>(service, [&](ManageContext context, ServiceId id)
                                   { return herald::create_template(context, id, std::move(wanted)); });
}

Result<std::vector<Template>> Administration::list_templates(const std::string& service, bool with_archived) const
{
    return ask_for<std::vector<Template>>(
        service, [&](ManageContext context, ServiceId id) -> Task<Result<std::vector<Template>>>
        { co_return co_await TemplateStore(context.database).list_all(id, with_archived, context.deadline); });
}

Result<TemplateReport> Administration::show_template(const std::string& service, const std::string& id,
                                                     std::optional<std::int32_t> version) const
{
    const auto parsed = parse_id<TemplateId>("template", id);
    if (!parsed) return Failure(parsed.error());
    return ask_for<TemplateReport>(service, [&](ManageContext context, ServiceId owner)
                                   { return describe_template(context, owner, *parsed, version); });
}

Result<TemplateReport> Administration::change_template(const std::string& service, const std::string& id,
                                                       TemplateChange change) const
{
    const auto parsed = parse_id<TemplateId>("template", id);
    if (!parsed) return Failure(parsed.error());
    return ask_for<TemplateReport>(service, [&](ManageContext context, ServiceId owner)
                                   { return herald::change_template(context, owner, *parsed, std::move(change)); });
}

Result<CreatedApiKey> Administration::create_api_key(const std::string& service, const std::string& name,
                                                     KeyType type) const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    return ask_for<CreatedApiKey>(
        service, [&](ManageContext context, ServiceId id) { return herald::create_api_key(context, id, name, type); });
}

Result<std::vector<ApiKeyRow>> Administration::list_api_keys(const std::string& service) const
{
    return ask_for<std::vector<ApiKeyRow>>(
        service, [](ManageContext context, ServiceId id) -> Task<Result<std::vector<ApiKeyRow>>>
        { co_return co_await ServiceStore(context.database, context.keys).list_api_keys(id, context.deadline); });
}

Result<ApiKeyRow> Administration::show_api_key(const std::string& id) const
{
    const auto parsed = parse_id<ApiKeyId>("key", id);
    if (!parsed) return Failure(parsed.error());
    return ask<ApiKeyRow>([&](ManageContext context) { return find_api_key(context, *parsed); });
}

Result<ApiKeyRow> Administration::revoke_api_key(const std::string& id) const
{
    const auto parsed = parse_id<ApiKeyId>("key", id);
    if (!parsed) return Failure(parsed.error());
    return ask<ApiKeyRow>([&](ManageContext context) { return herald::revoke_api_key(context, *parsed); });
}

Result<UserDetails> Administration::create_user(NewUser wanted) const
{
    return ask<UserDetails>([&](ManageContext context)
                            { return then_describe(context, herald::create_user(context, std::move(wanted))); });
}

Result<std::vector<User>> Administration::list_users() const
{
    return ask<std::vector<User>>([](ManageContext context) -> Task<Result<std::vector<User>>>
                                  { co_return co_await UserStore(context.database).list(context.deadline); });
}

Result<UserDetails> Administration::show_user(const std::string& user) const
{
    return ask<UserDetails>([&](ManageContext context) { return describe_user(context, user); });
}

Result<UserDetails> Administration::change_user(const std::string& user, UserChange change) const
{
    return ask<UserDetails>([&](ManageContext context)
                            { return then_describe(context, herald::change_user(context, user, std::move(change))); });
}

Result<RotationReport> Administration::rotate_keys(const std::function<void(const RotationCount&)>& progress) const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    RotationOptions options;
    options.share = kRotationShare;
    return run_with_database<RotationReport>(
        settings_,
        [&](pg::Database& database) { return succeed(herald::rotate_keys(database, keys_, options, progress)); });
}

Result<std::vector<SealingKeyUse>> Administration::list_key_uses() const
{
    const auto count = [](pg::Database& database) -> Task<Result<std::vector<SealingKeyUse>>>
    {
        co_return co_await SealedStore(database).count_key_uses(deadline_in(RotationOptions().statement_timeout));
    };
    return run_with_database<std::vector<SealingKeyUse>>(settings_, count);
}

Result<std::vector<std::uint16_t>> Administration::list_keys() const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    return keys_.ids();
}

}  // namespace herald
