#include "operations/manage_services.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/config.hpp"
#include "domain/services/retention.hpp"
#include "operations/manage_checks.hpp"
#include "storage/branding_store.hpp"
#include "storage/retention_store.hpp"

namespace herald
{

namespace
{

constexpr std::int64_t kTrialLimit = 50;
constexpr std::int64_t kLiveLimit = 250'000;
constexpr std::int64_t kMostMessages = 1'000'000'000;
constexpr std::int32_t kMostRequests = 100'000'000;
constexpr std::string_view kLockNotAvailable = "55P03";

bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

Result<void> check_range(std::string_view what, std::optional<std::int64_t> value, std::int64_t least,
                         std::int64_t most)
{
    if (!value || (*value >= least && *value <= most)) return {};
    return fail(ErrorKind::validation, fmt::format("The {} must be from {} to {}, not {}", what, least, most, *value));
}

Result<void> check_retention(std::string_view of, std::optional<std::int64_t> days)
{
    return check_range(fmt::format("days of retention for {}", of), days, kLeastRetentionDays, kMostRetentionDays);
}

Result<void> check_email_from(const std::optional<std::string>& email_from)
{
    if (!email_from) return {};
    const bool fits =
        !email_from->empty() && email_from->size() <= 64 && is_word(email_from->front()) &&
        is_word(email_from->back()) &&
        std::ranges::all_of(*email_from, [](char c) { return is_word(c) || c == '.' || c == '-' || c == '_'; });
    if (fits) return {};
    return fail(ErrorKind::validation,
                "The sender of emails is the part before the @: small letters, digits, dots, hyphens and underscores, "
                "for example town.hall");
}

Result<void> check_change(const ServiceChange& change)
{
    Result<void> checked;
    if (change.name) checked = check_name("the service", *change.name);
    if (checked) checked = check_email_from(change.email_from);
    if (checked) checked = check_range("daily limit", change.message_limit, 0, kMostMessages);
    if (checked) checked = check_range("limit of requests a minute", change.rate_limit, 0, kMostRequests);
    if (checked) checked = check_retention("emails", change.retention_days_email);
    if (checked) checked = check_retention("text messages", change.retention_days_sms);
    return checked;
}

// What a new service is, said as a change, so that both pass the same checks.
ServiceChange as_change(const NewService& wanted)
{
    ServiceChange change;
    change.name = wanted.name;
    change.email_from = wanted.email_from;
    change.message_limit = wanted.message_limit;
    change.rate_limit = wanted.rate_limit;
    change.retention_days_email = wanted.retention_days_email;
    change.retention_days_sms = wanted.retention_days_sms;
    return change;
}

std::vector<std::string> all_permissions()
{
    return permission_names(~std::uint32_t{0});
}

// Before contents are accepted that go so late: what came sooner than its day could not be dropped by day.
Task<Result<void>> make_room(const ManageContext& context, const ServiceChange& change)
{
    const auto days = std::max(change.retention_days_email.value_or(0), change.retention_days_sms.value_or(0));
    if (days <= kDefaultRetentionDays) co_return Result<void>();
    try
    {
        co_await RetentionStore(context.database).make_room(context.now, days, context.deadline);
    }
    catch (const pg::SqlError& refused)
    {
        if (refused.sqlstate != kLockNotAvailable) throw;
        co_return fail(ErrorKind::unavailable,
                       "Somebody reads the contents of messages just now (a backup?), so that no room could be made "
                       "for a longer retention; try again when that is over");
    }
    co_return Result<void>();
}

Failure with_advice(Error error)
{
    if (error.kind == ErrorKind::conflict)
        error.message += "; choose another, or change that service first (`herald service list`)";
    return Failure(std::move(error));
}

Task<Result<ServiceRow>> find_row(ManageContext context, ServiceId id)
{
    ServiceStore services(context.database, context.keys);
    auto row = co_await services.find_row(id, context.deadline);
    if (!row) co_return fail(ErrorKind::not_found, no_such_service(id.to_string()));
    co_return std::move(*row);
}

}  // namespace

std::string email_from_of(std::string_view name)
{
    std::string made;
    for (const char c : name)
    {
        const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (is_word(small))
            made += small;
        else if (!made.empty() && made.back() != '.' && c != '\'')
            made += '.';
    }
    while (!made.empty() && made.back() == '.') made.pop_back();
    return made.substr(0, made.find_last_not_of('.', 63) + 1);
}

std::vector<std::string> permission_names(std::uint32_t bits)
{
    std::vector<std::string> names;
    for (std::uint32_t bit = 1; bit != 0; bit <<= 1)
    {
        const auto name = to_string(static_cast<ServicePermission>(bit));
        if ((bits & bit) != 0 && parse_service_permission(name)) names.emplace_back(name);
    }
    return names;
}

Result<std::uint32_t> parse_permissions(const std::vector<std::string>& names)
{
    std::uint32_t bits = 0;
    for (const auto& name : names)
    {
        if (const auto permission = parse_service_permission(name))
        {
            bits |= static_cast<std::uint32_t>(*permission);
            continue;
        }
        const auto all = all_permissions();
        const auto nearest = nearest_name(name, all);
        return fail(ErrorKind::validation,
                    fmt::format("'{}' is not a permission{}; there are {}", name,
                                nearest.empty() ? "" : ", did you mean " + nearest + "?", fmt::join(all, ", ")));
    }
    return bits;
}

Task<Result<ServiceId>> resolve_service(ManageContext context, std::string asked)
{
    ServiceStore services(context.database, context.keys);
    if (const auto id = ServiceId::parse(asked))
    {
        if (co_await services.find_row(*id, context.deadline)) co_return *id;
        co_return fail(ErrorKind::not_found, no_such_service(asked));
    }
    if (const auto checked = check_text("The service's name", asked); !checked) co_return Failure(checked.error());
    if (const auto id = co_await services.find_by_name(asked, context.deadline)) co_return *id;
    std::vector<std::string> names;
    for (const auto& row : co_await services.list(context.deadline)) names.push_back(row.service.name);
    const auto nearest = nearest_name(asked, names);
    std::string message = no_such_service(asked);
    if (!nearest.empty()) message += ". Did you mean '" + nearest + "'?";
    co_return fail(ErrorKind::not_found, std::move(message));
}

Task<Result<ServiceRow>> create_service(ManageContext context, NewService wanted)
{
    if (!wanted.email_from) wanted.email_from = email_from_of(wanted.name);
    if (const auto checked = check_change(as_change(wanted)); !checked) co_return Failure(checked.error());
    const auto permissions = parse_permissions(wanted.permissions);
    if (!permissions) co_return Failure(permissions.error());

    Service service;
    service.id = ServiceId{make_uuid_v4()};
    service.name = std::move(wanted.name);
    service.email_from = std::move(*wanted.email_from);
    service.restricted = wanted.restricted;
    service.research_mode = wanted.research_mode;
    service.prefix_sms = wanted.prefix_sms;
    service.message_limit = wanted.message_limit.value_or(wanted.restricted ? kTrialLimit : kLiveLimit);
    service.rate_limit = wanted.rate_limit;
    service.permissions = *permissions;
    service.retention_days_email = wanted.retention_days_email;
    service.retention_days_sms = wanted.retention_days_sms;
    const auto change = as_change(wanted);
    if (const auto made = co_await make_room(context, change); !made) co_return Failure(made.error());
    ServiceStore services(context.database, context.keys);
    auto added = co_await services.add_service(service, context.now, context.deadline);
    if (!added) co_return with_advice(std::move(added.error()));
    co_return co_await find_row(context, service.id);
}

Task<Result<ServiceDetails>> describe_service(ManageContext context, ServiceId id)
{
    auto row = co_await find_row(context, id);
    if (!row) co_return Failure(std::move(row.error()));
    ServiceStore services(context.database, context.keys);
    ServiceDetails details;
    details.row = std::move(*row);
    details.sms_senders = co_await services.list_sms_senders(id, context.deadline);
    details.email_reply_tos = co_await services.list_email_reply_tos(id, context.deadline);
    details.guests = co_await services.list_guests(id, context.deadline);
    details.members = co_await services.list_members(id, context.deadline);
    details.callbacks = co_await services.list_callbacks(id, context.deadline);
    details.branding = co_await BrandingStore(context.database).of_service(id, context.deadline);
    co_return details;
}

Task<Result<ServiceRow>> change_service(ManageContext context, ServiceId id, ServiceChange change)
{
    if (const auto checked = check_change(change); !checked) co_return Failure(checked.error());
    if (const auto made = co_await make_room(context, change); !made) co_return Failure(made.error());
    ServiceStore services(context.database, context.keys);
    auto changed = co_await services.change_service(id, std::move(change), context.now, context.deadline);
    if (!changed) co_return with_advice(std::move(changed.error()));
    co_return co_await find_row(context, id);
}

Task<Result<ServiceRow>> archive_service(ManageContext context, ServiceId id)
{
    ServiceStore services(context.database, context.keys);
    co_await services.archive_service(id, context.now, context.deadline);
    co_return co_await find_row(context, id);
}

}  // namespace herald
