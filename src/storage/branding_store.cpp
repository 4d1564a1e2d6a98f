#include "storage/branding_store.hpp"

#include "sql/queries.hpp"

namespace herald
{

namespace
{

EmailBranding read_row(const pg::Rows& rows, std::size_t i)
{
    EmailBranding branding;
    branding.id = EmailBrandingId{rows.get<Uuid>(i, "id")};
    branding.name = rows.get<std::string>(i, "name");
    branding.type = static_cast<BrandType>(rows.get<std::int16_t>(i, "brand_type"));
    branding.text = rows.get<std::optional<std::string>>(i, "text").value_or("");
    branding.colour = rows.get<std::optional<std::string>>(i, "colour").value_or("");
    branding.logo_url = rows.get<std::optional<std::string>>(i, "logo").value_or("");
    branding.alt_text = rows.get<std::optional<std::string>>(i, "alt_text").value_or("");
    return branding;
}

std::optional<std::string> unless_empty(const std::string& text)
{
    if (text.empty()) return std::nullopt;
    return text;
}

}  // namespace

std::optional<EmailBranding> read_email_branding(const pg::Rows& rows)
{
    if (rows.empty()) return std::nullopt;
    return read_row(rows, 0);
}

Task<EmailBranding> BrandingStore::put(EmailBranding branding, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(branding.id, branding.name, static_cast<std::int16_t>(branding.type),
                                 unless_empty(branding.text), unless_empty(branding.colour),
                                 unless_empty(branding.logo_url), unless_empty(branding.alt_text), now);
    const auto rows = co_await database_.execute(sql::put_email_branding, std::move(params), deadline);
    co_return read_row(rows, 0);
}

Task<std::optional<EmailBranding>> BrandingStore::find_by_name(std::string name, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::find_email_branding, pg::Params::of(name), deadline);
    co_return read_email_branding(rows);
}

Task<std::vector<EmailBranding>> BrandingStore::list(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_email_brandings, pg::Params(), deadline);
    std::vector<EmailBranding> found;
    found.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(read_row(rows, i));
    co_return found;
}

Task<std::optional<EmailBranding>> BrandingStore::of_service(ServiceId service, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::get_service_email_branding, pg::Params::of(service), deadline);
    co_return read_email_branding(rows);
}

Task<bool> BrandingStore::set_for_service(ServiceId service, std::optional<EmailBrandingId> branding, Instant now,
                                          Deadline deadline)
{
    auto params = pg::Params::of(service, branding, now);
    const auto rows = co_await database_.execute(sql::set_service_email_branding, std::move(params), deadline);
    co_return rows.affected() == 1;
}

}  // namespace herald
