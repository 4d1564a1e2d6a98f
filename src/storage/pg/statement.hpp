// What the generated SQL headers are made of. Cheap to include.
#pragma once

#include <string_view>

namespace herald::pg
{

// One named statement. The name is the .sql file's stem: the prepared statement, the metric label and the log key.
// Both views must outlive the Database that runs it; the generated ones are constants.
struct Statement
{
    std::string_view name;
    std::string_view text;
};

// One file of src/storage/migrations.
struct Migration
{
    int number;
    std::string_view name;
    std::string_view text;
    std::string_view sha256;  // of the file, in hex: a migration that was applied may not change any more
};

}  // namespace herald::pg
