// Email brandings, and which service has which. Belongs to the Loop of its Database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "domain/services/email_branding.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

class BrandingStore
{
public:
    explicit BrandingStore(pg::Database& database) : database_(database) {}

    // Makes it, or makes the one of this name as given; that one's id stays. Gives what is stored then.
    Task<EmailBranding> put(EmailBranding branding, Instant now, Deadline deadline);
    Task<std::optional<EmailBranding>> find_by_name(std::string name, Deadline deadline);
    // By name.
    Task<std::vector<EmailBranding>> list(Deadline deadline);

    // nullopt: the service has none, or there is no such service.
    Task<std::optional<EmailBranding>> of_service(ServiceId service, Deadline deadline);
    // nullopt takes it away. False: no such service.
    Task<bool> set_for_service(ServiceId service, std::optional<EmailBrandingId> branding, Instant now,
                               Deadline deadline);

private:
    pg::Database& database_;
};

// The first row of a query that gives a branding; nullopt: it gave none.
std::optional<EmailBranding> read_email_branding(const pg::Rows& rows);

}  // namespace herald
