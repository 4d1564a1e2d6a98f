// Brings a database to the schema this binary was built with: forward only, each migration in a transaction of its own.
//
// Safe from many processes at once: an advisory lock lets one migrate, the others find nothing left to do.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "storage/pg/database.hpp"
#include "storage/pg/statement.hpp"

namespace herald::pg
{

struct MigrationReport
{
    std::vector<std::string> applied;  // "0001_init", in order; empty when there was nothing to do
    int version = 0;                   // the number of the last migration the database has now
};

// Fails (conflict) on a database of a newer herald or with a migration that is not the one it was; (internal) when a
// migration is refused, naming it: those before it stay. Throws Unavailable and DeadlineExceeded.
Task<Result<MigrationReport>> migrate(Database& database, Deadline deadline);
// For processes that serve: fails (unavailable) and says `herald migrate` when the schema is not the one of this
// binary.
Task<Result<void>> check_schema(Database& database, Deadline deadline);

// The name of the newest migration the database has, "0001_init". Throws as Database::execute does.
Task<std::string> schema_version(Database& database, Deadline deadline);

// The same with other migrations. For tests.
Task<Result<MigrationReport>> migrate(Database& database, std::span<const Migration> migrations, Deadline deadline);
Task<Result<void>> check_schema(Database& database, std::span<const Migration> migrations, Deadline deadline);

}  // namespace herald::pg
