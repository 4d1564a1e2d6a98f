// Brings a database to the state this binary works with: migrations, and the partitions of the coming days.
#pragma once

#include "base/settings.hpp"
#include "storage/pg/migrator.hpp"

namespace herald
{

// Safe to run from many processes at once and as often as one likes. Blocking. The Error (conflict, internal,
// unavailable) says what is wrong with the database, or that it does not answer.
Result<pg::MigrationReport> prepare_database(const Settings& settings);

}  // namespace herald
