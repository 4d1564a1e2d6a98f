// The second wall between tenants, for reads on behalf of one service: the statement runs as the database role
// herald_tenant, which sees the rows of that service only.
#pragma once

#include "base/uuid.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

Task<pg::Rows> read_as_tenant(pg::Database& database, ServiceId service, pg::Statement statement, pg::Params params,
                              Deadline deadline);

}  // namespace herald
