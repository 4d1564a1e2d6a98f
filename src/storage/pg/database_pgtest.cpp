#include "storage/pg/database.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/task_scope.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald::pg
{
namespace
{

using herald::testing::soon;
using herald::testing::test_cluster;
using herald::testing::TestDatabase;
using herald::testing::with_database;
using herald::testing::with_database_at;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Statement kEcho{"t_echo", "SELECT $1::int4"};
constexpr Statement kDivide{"t_divide", "SELECT 10 / $1::int4"};
constexpr Statement kBroken{"t_broken", "SELECT nothing FROM nowhere"};
constexpr Statement kInsert{"t_insert", "INSERT INTO things VALUES ($1)"};
constexpr Statement kCount{"t_count", "SELECT count(*) FROM things"};
constexpr Statement kSleep{"t_sleep", "SELECT pg_sleep($1)"};
constexpr Statement kPid{"t_pid", "SELECT pg_backend_pid()"};
constexpr Statement kKillOthers{"t_kill_others",
                                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                "WHERE datname = current_database() AND pid <> pg_backend_pid()"};
constexpr Statement kSleepers{
    "t_sleepers",
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%' AND state = 'active'"};

// What became of one statement.
struct Outcome
{
    std::optional<std::int32_t> value;
    std::string error;
};

Task<> run_into(Database& database, Statement statement, std::int32_t value, Outcome& outcome)
{
    try
    {
        auto params = Params::of(value);
        const auto rows = co_await database.execute(statement, std::move(params), soon());
        if (!rows.empty()) outcome.value = rows.get<std::int32_t>(0, 0);
    }
    catch (const SqlError& refused)
    {
        outcome.error = refused.sqlstate;
    }
    catch (const Unavailable&)
    {
        outcome.error = "unavailable";
    }
    catch (const DeadlineExceeded&)
    {
        outcome.error = "deadline";
    }
}

Task<> sleep_into(Database& database, double length, Deadline deadline, std::string& error)
{
    try
    {
        auto params = Params::of(length);
        co_await database.execute(kSleep, std::move(params), deadline);
    }
    catch (const Unavailable&)
    {
        error = "unavailable";
    }
    catch (const DeadlineExceeded&)
    {
        error = "deadline";
    }
}

Task<std::int64_t> count_things(Database& database)
{
    const auto rows = co_await database.execute(kCount, Params(), soon());
    co_return rows.get<std::int64_t>(0, 0);
}

Task<std::int64_t> sleepers(Database& database)
{
    const auto rows = co_await database.execute(kSleepers, Params(), soon());
    co_return rows.get<std::int64_t>(0, 0);
}

Task<> make_things(Database& database)
{
    co_await database.run_script("CREATE TABLE things (id int4 PRIMARY KEY DEFERRABLE INITIALLY IMMEDIATE)", soon());
}

Task<> answers_stay_in_order(Database& database)
{
    TaskScope scope(co_await asio::this_coro::executor);
    std::vector<Outcome> outcomes(500);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
    {
        scope.spawn("echo", run_into(database, kEcho, static_cast<std::int32_t>(i), outcomes[i]));
    }
    EXPECT_TRUE(co_await scope.join(soon()));
    for (std::size_t i = 0; i < outcomes.size(); ++i) EXPECT_EQ(outcomes[i].value, static_cast<std::int32_t>(i));
}

TEST(Database, AnswersManyCoroutinesOnOneConnectionInOrder)
{
    with_database(answers_stay_in_order, 1);
}

TEST(Database, AnswersManyCoroutinesOnSeveralConnections)
{
    with_database(answers_stay_in_order, 4);
}

Task<> errors_stay_alone(Database& database)
{
    TaskScope scope(co_await asio::this_coro::executor);
    std::vector<Outcome> outcomes(60);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
    {
        scope.spawn("divide", run_into(database, kDivide, i % 3 == 1 ? 0 : 5, outcomes[i]));
    }
    EXPECT_TRUE(co_await scope.join(soon()));
    for (std::size_t i = 0; i < outcomes.size(); ++i)
    {
        if (i % 3 == 1)
            EXPECT_EQ(outcomes[i].error, "22012") << i;
        else
            EXPECT_EQ(outcomes[i].value, 2) << i;
    }
}

TEST(Database, AnErrorDoesNotHurtItsNeighbours)
{
    with_database(errors_stay_alone, 1);
}

// The Parse travels with the first use only: the statements behind it must not be told that it does not exist.
Task<> broken_statements_say_why(Database& database)
{
    TaskScope scope(co_await asio::this_coro::executor);
    std::vector<Outcome> outcomes(5);
    for (auto& outcome : outcomes)
    {
        scope.spawn("broken",
                    [](Database& on, Outcome& into) -> Task<>
                    {
                        try
                        {
                            co_await on.execute(kBroken, Params(), soon());
                        }
                        catch (const SqlError& refused)
                        {
                            into.error = refused.sqlstate;
                        }
                    }(database, outcome));
    }
    EXPECT_TRUE(co_await scope.join(soon()));
    for (const auto& outcome : outcomes) EXPECT_EQ(outcome.error, "42P01");
}

TEST(Database, AStatementThatCannotBePreparedSaysWhyToEveryone)
{
    with_database(broken_statements_say_why, 1);
}

TEST(Database, NamesTheViolatedConstraint)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await make_things(database);
            co_await database.execute(kInsert, Params::of(1), soon());
            try
            {
                co_await database.execute(kInsert, Params::of(1), soon());
                ADD_FAILURE() << "inserted twice";
            }
            catch (const SqlError& refused)
            {
                EXPECT_TRUE(refused.is_unique_violation());
                EXPECT_EQ(refused.constraint, "things_pkey");
                EXPECT_EQ(refused.statement, "t_insert");
                EXPECT_THAT(refused.what(), ::testing::Not(HasSubstr("(id)=(1)")));
            }
        });
}

// A deferred constraint is checked at the Sync, after the server has said that the statement went well.
TEST(Database, ReportsACommitThatFailed)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await database.run_script("CREATE TABLE things (id int4 UNIQUE DEFERRABLE INITIALLY DEFERRED)", soon());
            co_await database.execute(kInsert, Params::of(1), soon());
            TaskScope scope(co_await asio::this_coro::executor);
            std::vector<Outcome> outcomes(3);
            for (std::int32_t i = 0; i < 3; ++i)
            {
                scope.spawn("insert", run_into(database, kInsert, i, outcomes[static_cast<std::size_t>(i)]));
            }
            EXPECT_TRUE(co_await scope.join(soon()));
            EXPECT_EQ(outcomes[0].error, "");
            EXPECT_EQ(outcomes[1].error, "23505");
            EXPECT_EQ(outcomes[2].error, "");
            EXPECT_EQ(co_await count_things(database), 3);
        },
        1);
}

TEST(Database, KeepsStatementsTogetherOrNotAtAll)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await make_things(database);
            std::vector<std::pair<Statement, Params>> good;
            good.emplace_back(kInsert, Params::of(1));
            good.emplace_back(kInsert, Params::of(2));
            good.emplace_back(kCount, Params());
            const auto answers = co_await database.execute_together(std::move(good), soon());
            EXPECT_EQ(answers.size(), 3U);
            EXPECT_EQ(answers.at(2).get<std::int64_t>(0, 0), 2);

            std::vector<std::pair<Statement, Params>> bad;
            bad.emplace_back(kInsert, Params::of(3));
            bad.emplace_back(kInsert, Params::of(1));
            bad.emplace_back(kEcho, Params::of(5));
            EXPECT_THROW(co_await database.execute_together(std::move(bad), soon()), SqlError);
            EXPECT_EQ(co_await count_things(database), 2);
            // kEcho was skipped with its Parse; it still works.
            const auto echo = co_await database.execute(kEcho, Params::of(5), soon());
            EXPECT_EQ(echo.get<std::int32_t>(0, 0), 5);
        },
        1);
}

TEST(Transaction, KeepsItsWorkWhenCommitted)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await make_things(database);
            auto transaction = co_await database.begin(soon());
            co_await transaction.execute(kInsert, Params::of(1), soon());
            EXPECT_EQ(co_await count_things(database), 0) << "seen from outside before the commit";
            co_await transaction.commit(soon());
            EXPECT_EQ(co_await count_things(database), 1);
            EXPECT_THROW(co_await transaction.execute(kCount, Params(), soon()), std::logic_error);
        });
}

TEST(Transaction, IsRolledBackWhenDropped)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await make_things(database);
            for (std::int32_t i = 0; i < 3; ++i)
            {
                auto transaction = co_await database.begin(soon());
                co_await transaction.execute(kInsert, Params::of(i), soon());
            }
            EXPECT_EQ(co_await count_things(database), 0);
        },
        1);
}

TEST(Transaction, IsRolledBackAfterAnErrorAndSaysSoAtCommit)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await make_things(database);
            auto transaction = co_await database.begin(soon());
            co_await transaction.execute(kInsert, Params::of(1), soon());
            EXPECT_THROW(co_await transaction.execute(kDivide, Params::of(0), soon()), SqlError);
            EXPECT_THROW(co_await transaction.commit(soon()), SqlError);
            auto next = co_await database.begin(soon());
            co_await next.execute(kInsert, Params::of(1), soon());
            co_await next.rollback(soon());
            EXPECT_EQ(co_await count_things(database), 0);
        },
        2);
}

Task<> take_turns(Database& database, std::vector<int>& order, int number)
{
    auto transaction = co_await database.begin(soon());
    co_await transaction.execute(kEcho, Params::of(number), soon());
    order.push_back(number);
    co_await transaction.commit(soon());
}

TEST(Transaction, WaitersGetAConnectionInTheOrderTheyCame)
{
    with_database(
        [](Database& database) -> Task<>
        {
            TaskScope scope(co_await asio::this_coro::executor);
            std::vector<int> order;
            for (int i = 0; i < 5; ++i) scope.spawn("turn", take_turns(database, order, i));
            EXPECT_TRUE(co_await scope.join(soon()));
            EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
        },
        1);
}

TEST(Transaction, WaitingForAConnectionEndsAtTheDeadline)
{
    with_database(
        [](Database& database) -> Task<>
        {
            auto holder = co_await database.begin(soon());
            EXPECT_THROW(co_await database.begin(deadline_in(milliseconds(50))), DeadlineExceeded);
            co_await holder.rollback(soon());
            auto next = co_await database.begin(soon());
            co_await next.commit(soon());
        },
        1);
}

TEST(Transaction, LeavesAConnectionToTheStatements)
{
    with_database(
        [](Database& database) -> Task<>
        {
            auto holder = co_await database.begin(soon());
            co_await holder.execute(kEcho, Params::of(1), soon());
            EXPECT_THROW(co_await database.begin(deadline_in(milliseconds(50))), DeadlineExceeded);
            const auto rows = co_await database.execute(kEcho, Params::of(2), soon());
            EXPECT_EQ(rows.get<std::int32_t>(0, 0), 2);
        },
        2);
}

// Until the server has stopped it, which takes as long as it takes: asked, not slept for.
Task<> expect_no_sleepers(Database& database)
{
    const auto until = soon();
    while (co_await sleepers(database) > 0 && std::chrono::steady_clock::now() < until)
        co_await sleep_for(milliseconds(5));
    EXPECT_EQ(co_await sleepers(database), 0);
}

TEST(Deadline, StopsTheStatementOnTheServerAndTheConnectionGoesOn)
{
    with_database(
        [](Database& database) -> Task<>
        {
            const auto before = co_await database.execute(kPid, Params(), soon());
            std::string error;
            co_await sleep_into(database, 60.0, deadline_in(milliseconds(50)), error);
            EXPECT_EQ(error, "deadline");
            co_await expect_no_sleepers(database);
            const auto after = co_await database.execute(kPid, Params(), soon());
            EXPECT_EQ(before.get<std::int32_t>(0, 0), after.get<std::int32_t>(0, 0)) << "the connection was replaced";
        },
        1);
}

// Everything behind the sleeper was in flight when the cancel request went out.
TEST(Deadline, DoesNotHurtTheStatementsBehindIt)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await make_things(database);
            TaskScope scope(co_await asio::this_coro::executor);
            for (int round = 0; round < 10; ++round)
            {
                std::string error;
                std::vector<Outcome> outcomes(20);
                scope.spawn("sleep", sleep_into(database, 60.0, deadline_in(milliseconds(30)), error));
                for (std::size_t i = 0; i < outcomes.size(); ++i)
                {
                    scope.spawn("insert",
                                run_into(database, kInsert,
                                         static_cast<std::int32_t>(round * 100 + static_cast<int>(i)), outcomes[i]));
                }
                while (scope.running() > 0) co_await sleep_for(milliseconds(2));
                EXPECT_EQ(error, "deadline");
                for (const auto& outcome : outcomes) EXPECT_EQ(outcome.error, "");
                EXPECT_EQ(co_await count_things(database), (round + 1) * 20);
            }
            EXPECT_TRUE(co_await scope.join(soon()));
        },
        1);
}

TEST(Deadline, OfAStatementThatHasNotBegunLetsItBeSkippedOrStopped)
{
    with_database(
        [](Database& database) -> Task<>
        {
            TaskScope scope(co_await asio::this_coro::executor);
            std::string first;
            std::string second;
            scope.spawn("sleep", sleep_into(database, 0.3, soon(), first));
            scope.spawn("sleep", sleep_into(database, 60.0, deadline_in(milliseconds(30)), second));
            EXPECT_TRUE(co_await scope.join(soon()));
            EXPECT_EQ(first, "") << "the neighbour in front was cancelled";
            EXPECT_EQ(second, "deadline");
            co_await expect_no_sleepers(database);
        },
        1);
}

TEST(Deadline, InsideATransactionRollsItBack)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await make_things(database);
            {
                auto transaction = co_await database.begin(soon());
                co_await transaction.execute(kInsert, Params::of(1), soon());
                EXPECT_THROW(co_await transaction.execute(kSleep, Params::of(60.0), deadline_in(milliseconds(30))),
                             DeadlineExceeded);
            }
            EXPECT_EQ(co_await count_things(database), 0);
        },
        1);
}

TEST(Deadline, ThatHasPassedSendsNothing)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await make_things(database);
            EXPECT_THROW(co_await database.execute(kInsert, Params::of(1), deadline_in(milliseconds(-1))),
                         DeadlineExceeded);
            EXPECT_EQ(co_await count_things(database), 0);
        });
}

Task<> wait_for_sleeper(Database& observer)
{
    const auto until = soon();
    while (co_await sleepers(observer) == 0 && std::chrono::steady_clock::now() < until)
        co_await sleep_for(milliseconds(5));
}

TEST(Loss, FailsWhatIsInFlightAndTheNextStatementFindsANewConnection)
{
    const TestDatabase place(TestDatabase::Schema::empty);
    with_database_at(
        place.conninfo(),
        [&](Database& database) -> Task<>
        {
            DatabaseOptions options;
            options.conninfo = place.conninfo();
            options.connections = 1;
            Database observer(co_await asio::this_coro::executor, options);
            TaskScope scope(co_await asio::this_coro::executor);
            std::string error;
            Outcome behind;
            scope.spawn("sleep", sleep_into(database, 60.0, soon(), error));
            scope.spawn("behind", run_into(database, kEcho, 1, behind));
            co_await wait_for_sleeper(observer);
            co_await observer.execute(kKillOthers, Params(), soon());
            EXPECT_TRUE(co_await scope.join(soon()));
            EXPECT_EQ(error, "unavailable");
            EXPECT_EQ(behind.error, "unavailable");
            const auto rows = co_await database.execute(kEcho, Params::of(3), soon());
            EXPECT_EQ(rows.get<std::int32_t>(0, 0), 3);
        },
        1);
}

Task<std::string> refusal_of(Database& database, std::string sqlstate)
{
    try
    {
        co_await database.run_script("DO $$ BEGIN RAISE EXCEPTION 'no more' USING ERRCODE = '" + sqlstate + "'; END $$",
                                     soon());
    }
    catch (const Unavailable& error)
    {
        co_return std::string("unavailable: ") + error.what();
    }
    catch (const SqlError& error)
    {
        co_return error.sqlstate;
    }
    co_return "none";
}

// A full disk, too many connections, a shutdown, a lost connection: the database's trouble, which passes.
TEST(Loss, IsAlsoAServerThatIsOutOfService)
{
    with_database(
        [](Database& database) -> Task<>
        {
            for (const auto* state : {"53100", "53300", "57P01", "57P03", "08006"})
            {
                const auto said = co_await refusal_of(database, state);
                EXPECT_EQ(said, "unavailable: no more (" + std::string(state) + ")");
            }
            for (const auto* state : {"22021", "23505", "40P01", "54000", "55P03", "XX000"})
            {
                const auto said = co_await refusal_of(database, state);
                EXPECT_EQ(said, state);
            }
        });
}

TEST(Loss, OfTheConnectionEndsTheTransaction)
{
    with_database(
        [](Database& database) -> Task<>
        {
            auto transaction = co_await database.begin(soon());
            co_await transaction.execute(kEcho, Params::of(1), soon());
            co_await database.execute(kKillOthers, Params(), soon());
            EXPECT_THROW(co_await transaction.execute(kEcho, Params::of(1), soon()), Unavailable);
            EXPECT_THROW(co_await transaction.commit(soon()), Unavailable);
        },
        2);
}

Task<std::string> error_of_echo(Database& database)
{
    Outcome outcome;
    co_await run_into(database, kEcho, 1, outcome);
    co_return outcome.error;
}

DatabaseOptions patient_for(const TestDatabase& place, milliseconds away_patience)
{
    DatabaseOptions options;
    options.conninfo = place.conninfo();
    options.connections = 4;
    options.away_patience = away_patience;
    return options;
}

TEST(Loss, OfTheServerIsWaitedOutByNewStatements)
{
    const TestDatabase place(TestDatabase::Schema::empty);
    with_database_at(patient_for(place, seconds(60)),
                     [&](Database& database) -> Task<>
                     {
                         TaskScope scope(co_await asio::this_coro::executor);
                         std::string error;
                         scope.spawn("sleep", sleep_into(database, 60.0, soon(), error));
                         co_await sleep_for(milliseconds(0));  // the loop turns once, so that it is on its way
                         test_cluster().kill();
                         EXPECT_TRUE(co_await scope.join(soon()));
                         EXPECT_EQ(error, "unavailable");
                         EXPECT_THROW(co_await database.execute(kEcho, Params::of(1), deadline_in(milliseconds(120))),
                                      DeadlineExceeded);

                         Outcome outcome;
                         TaskScope second(co_await asio::this_coro::executor);
                         second.spawn("echo", run_into(database, kEcho, 4, outcome));
                         EXPECT_TRUE(test_cluster().restart().has_value());
                         EXPECT_TRUE(co_await second.join(soon()));
                         EXPECT_EQ(outcome.value, 4);
                     });
}

TEST(Loss, OfTheServerForLongRefusesAtOnceAndHealsByItself)
{
    const TestDatabase place(TestDatabase::Schema::empty);
    with_database_at(patient_for(place, milliseconds(200)),
                     [&](Database& database) -> Task<>
                     {
                         test_cluster().kill();
                         // Who waits when patience ends is refused, and so is everybody after that: long before their
                         // deadlines.
                         for (int i = 0; i < 3; ++i) EXPECT_EQ(co_await error_of_echo(database), "unavailable");
                         EXPECT_THROW(co_await database.begin(soon()), Unavailable);

                         EXPECT_TRUE(test_cluster().restart().has_value());
                         const auto until = soon();
                         std::string error = "unasked";
                         while (!error.empty() && std::chrono::steady_clock::now() < until)
                         {
                             co_await sleep_for(milliseconds(20));
                             error = co_await error_of_echo(database);
                         }
                         EXPECT_EQ(error, "");
                     });
}

TEST(Database, SaysWhyItCannotConnect)
{
    try
    {
        with_database_at("host=/nowhere/at/all dbname=x", [](Database&) -> Task<> { co_return; });
        ADD_FAILURE() << "connected";
    }
    catch (const Unavailable& reason)
    {
        EXPECT_THAT(reason.what(), HasSubstr("/nowhere/at/all"));
    }
}

TEST(Database, AConnectionStringThatLeadsNowhereIsNotQuoted)
{
    for (const char* conninfo : {"host=s3cr.invalid", "host=127.0.0.1 port=s3cr"})
    {
        try
        {
            with_database_at(conninfo, [](Database&) -> Task<> { co_return; });
            ADD_FAILURE() << "connected";
        }
        catch (const Unavailable& reason)
        {
            EXPECT_THAT(reason.what(), Not(HasSubstr("s3cr")));
            EXPECT_THAT(reason.what(), HasSubstr("database.url"));
        }
    }
}

TEST(Database, FailsWhatWaitsWhenClosed)
{
    with_database(
        [](Database& database) -> Task<>
        {
            TaskScope scope(co_await asio::this_coro::executor);
            std::string error;
            scope.spawn("sleep", sleep_into(database, 60.0, soon(), error));
            co_await sleep_for(milliseconds(0));
            database.close();
            EXPECT_TRUE(co_await scope.join(soon()));
            EXPECT_EQ(error, "unavailable");
            EXPECT_THROW(co_await database.execute(kEcho, Params::of(1), soon()), Unavailable);
            EXPECT_THROW(co_await database.begin(soon()), Unavailable);
        },
        2);
}

TEST(Script, RunsAllOrNothingAndLeavesTheConnectionPipelining)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await database.run_script("CREATE TABLE things (id int4); INSERT INTO things VALUES (1), (2)", soon());
            EXPECT_THROW(co_await database.run_script("INSERT INTO things VALUES (3); SELECT 1 / 0", soon()), SqlError);
            EXPECT_EQ(co_await count_things(database), 2);
            co_await answers_stay_in_order(database);
        },
        1);
}

Task<> listen_for_all(Database& database, std::vector<std::string>& seen, std::size_t count)
{
    while (seen.size() < count)
    {
        const auto payloads = co_await database.listen("news", soon());
        seen.insert(seen.end(), payloads.begin(), payloads.end());
    }
}

TEST(Listen, GivesThePayloadsInOrder)
{
    with_database(
        [](Database& database) -> Task<>
        {
            EXPECT_TRUE((co_await database.listen("news", soon())).empty())
                << "the first return says that it listens now";
            TaskScope scope(co_await asio::this_coro::executor);
            std::vector<std::string> seen;
            scope.spawn("listen", listen_for_all(database, seen, 3));
            const Statement notify{"t_notify", "SELECT pg_notify('news', $1)"};
            for (const auto* payload : {"a", "b", "c"}) co_await database.execute(notify, Params::of(payload), soon());
            EXPECT_TRUE(co_await scope.join(soon()));
            EXPECT_THAT(seen, ElementsAre("a", "b", "c"));
            EXPECT_TRUE((co_await database.listen("news", deadline_in(milliseconds(20)))).empty());
        });
}

TEST(Listen, ReturnsEmptyAfterAReconnectBecauseSomethingMayHaveBeenMissed)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await database.listen("news", soon());
            co_await database.execute(kKillOthers, Params(), soon());
            const auto until = soon();
            EXPECT_TRUE((co_await database.listen("news", until)).empty());
            EXPECT_LT(std::chrono::steady_clock::now(), until);
        },
        1);
}

}  // namespace
}  // namespace herald::pg
