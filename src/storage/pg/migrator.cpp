#include "storage/pg/migrator.hpp"

#include <optional>

#include <fmt/format.h>
#include <boost/describe.hpp>

#include "base/log.hpp"
#include "sql/migrations.hpp"

namespace herald::pg
{

namespace
{

struct Applied
{
    std::int32_t number;
    std::string name;
    std::string sha256;
};
BOOST_DESCRIBE_STRUCT(Applied, (), (number, name, sha256))

constexpr std::int64_t kLock = 0x4865'7261'6C64;  // any number that nobody else takes: "Herald" in ASCII

constexpr Statement kTakeLock{"migration_lock", "SELECT pg_advisory_xact_lock($1)"};
constexpr Statement kMakeTable{"migration_make_table",
                               "CREATE TABLE IF NOT EXISTS schema_migrations ("
                               "number int4 PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL, "
                               "applied_at timestamptz NOT NULL DEFAULT now())"};
constexpr Statement kFind{"migration_find", "SELECT number, name, sha256 FROM schema_migrations ORDER BY number"};
constexpr Statement kRecord{"migration_record",
                            "INSERT INTO schema_migrations (number, name, sha256) VALUES ($1, $2, $3)"};

std::string full_name(int number, std::string_view name)
{
    return fmt::format("{:04}_{}", number, name);
}

// Applied migrations are a prefix of the known ones, byte for byte.
Result<void> compare(const std::vector<Applied>& applied, std::span<const Migration> known)
{
    for (std::size_t i = 0; i < applied.size(); ++i)
    {
        const auto& done = applied[i];
        if (i >= known.size())
        {
            return fail(ErrorKind::conflict,
                        fmt::format("the database was made by a newer herald: it has migration {}, this one ends at {}",
                                    full_name(done.number, done.name), known.size()));
        }
        if (done.number != known[i].number || done.name != known[i].name || done.sha256 != known[i].sha256)
        {
            return fail(
                ErrorKind::conflict,
                fmt::format(
                    "migration {} of the database is not {} of this herald: a migration may not change once applied",
                    full_name(done.number, done.name), full_name(known[i].number, known[i].name)));
        }
    }
    return {};
}

// One migration, or none when all are applied: nullopt then.
Task<Result<std::optional<std::string>>> migrate_one(Database& database, std::span<const Migration> known,
                                                     Deadline deadline)
{
    auto transaction = co_await database.begin(deadline);
    co_await transaction.execute(kTakeLock, Params::of(kLock), deadline);
    co_await transaction.execute(kMakeTable, Params(), deadline);
    const auto rows = co_await transaction.execute(kFind, Params(), deadline);
    const auto applied = rows.all<Applied>();
    if (auto same = compare(applied, known); !same) co_return Failure(same.error());
    std::optional<std::string> name;
    if (applied.size() < known.size())
    {
        const auto& next = known[applied.size()];
        name = full_name(next.number, next.name);
        try
        {
            co_await transaction.run_script(std::string(next.text), deadline);
        }
        catch (const SqlError& refused)
        {
            co_return fail(ErrorKind::internal,
                           fmt::format("migration {} was refused: {} ({})", *name, refused.what(), refused.sqlstate));
        }
        co_await transaction.execute(kRecord, Params::of(next.number, next.name, next.sha256), deadline);
    }
    co_await transaction.commit(deadline);
    co_return name;
}

}  // namespace

Task<Result<MigrationReport>> migrate(Database& database, std::span<const Migration> migrations, Deadline deadline)
{
    MigrationReport report;
    report.version = static_cast<int>(migrations.size());
    while (true)
    {
        auto done = co_await migrate_one(database, migrations, deadline);
        if (!done) co_return Failure(done.error());
        if (!*done) co_return report;
        log::info("migration applied", {{"migration", **done}});
        report.applied.push_back(std::move(**done));
    }
}

Task<Result<void>> check_schema(Database& database, std::span<const Migration> migrations, Deadline deadline)
{
    constexpr std::string_view kHint = "run `herald migrate`";
    std::vector<Applied> applied;
    try
    {
        const auto rows = co_await database.execute(kFind, Params(), deadline);
        applied = rows.all<Applied>();
    }
    catch (const SqlError& refused)
    {
        if (refused.sqlstate != "42P01") throw;  // no such table
        co_return fail(ErrorKind::unavailable, fmt::format("the database is empty: {}", kHint));
    }
    if (auto same = compare(applied, migrations); !same) co_return same;
    if (applied.size() == migrations.size()) co_return Result<void>();
    co_return fail(ErrorKind::unavailable, fmt::format("the database is {} migrations behind this herald: {}",
                                                       migrations.size() - applied.size(), kHint));
}

Task<std::string> schema_version(Database& database, Deadline deadline)
{
    const auto rows = co_await database.execute(kFind, Params(), deadline);
    if (rows.empty()) co_return std::string();
    const auto newest = rows.as<Applied>(rows.size() - 1);
    co_return full_name(newest.number, newest.name);
}

Task<Result<MigrationReport>> migrate(Database& database, Deadline deadline)
{
    return migrate(database, sql::kMigrations, deadline);
}

Task<Result<void>> check_schema(Database& database, Deadline deadline)
{
    return check_schema(database, sql::kMigrations, deadline);
}

}  // namespace herald::pg
