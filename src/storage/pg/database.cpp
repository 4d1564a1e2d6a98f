#include "storage/pg/database.hpp"

#include <algorithm>
#include <stdexcept>

#include "storage/pg/listener.hpp"
#include "storage/pg/pool.hpp"

namespace herald::pg
{

namespace
{

constexpr Statement kBegin{"transaction_begin", "BEGIN"};
constexpr Statement kCommit{"transaction_commit", "COMMIT"};
constexpr Statement kRollback{"transaction_rollback", "ROLLBACK"};

void refuse_late(Deadline deadline)
{
    if (std::chrono::steady_clock::now() >= deadline)
        throw DeadlineExceeded("the deadline had passed before the statement was sent");
}

}  // namespace

// ---- Transaction

struct Transaction::Impl
{
    Impl(std::shared_ptr<Pool> its_pool, std::shared_ptr<Connection> its_connection)
        : pool(std::move(its_pool)), connection(std::move(its_connection)), generation(connection->generation())
    {
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() { leave(); }

    // BEGIN travels in front of the first statement, behind the same Sync: no round trip for it, and a BEGIN that fails
    // takes the statement with it.
    RequestPtr request()
    {
        if (ended) throw std::logic_error("the transaction has ended");
        if (connection->generation() != generation) throw Unavailable("the connection of the transaction was lost");
        auto made = pool->make_request();
        made->in_transaction = true;
        return made;
    }
    void begin_with(Request& first)
    {
        if (begun) return;
        begun = true;
        first.add(pool->info(kBegin), Params());
    }
    // COMMIT or ROLLBACK. Whatever comes of it, the connection goes back.
    Task<> say(Statement statement, RequestPtr request, Deadline deadline)
    {
        request->add(pool->info(statement), Params());
        connection->submit(request);
        try
        {
            co_await finished(pool, request, deadline);
        }
        catch (...)
        {
            leave();
            throw;
        }
    }
    void end()
    {
        ended = true;
        pool->release(connection, generation);
    }
    // Dropped: whoever gets the connection next finds it rolled back.
    void leave()
    {
        if (ended || pool->closed() || connection->generation() != generation) return;
        if (!begun) return end();
        ended = true;
        auto last = pool->make_request();
        last->in_transaction = true;
        last->add(pool->info(kRollback), Params());
        last->then = [kept = pool, on = connection, began_at = generation](const Request& /*done*/)
        {
            // What is left open, because ROLLBACK failed, release() drops.
            kept->release(on, began_at);
        };
        connection->submit(std::move(last));
    }

    std::shared_ptr<Pool> pool;
    std::shared_ptr<Connection> connection;
    std::uint64_t generation;
    bool begun = false;
    bool ended = false;
};

Transaction::Transaction(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

Task<Rows> Transaction::execute(Statement statement, Params params, Deadline deadline)
{
    refuse_late(deadline);
    const auto request = impl_->request();
    impl_->begin_with(*request);
    request->add(impl_->pool->info(statement), std::move(params));
    impl_->connection->submit(request);
    co_await finished(impl_->pool, request, deadline);
    co_return std::move(request->parts.back().rows);
}

Task<> Transaction::run_script(std::string script, Deadline deadline)
{
    if (!impl_->begun)
    {
        impl_->begun = true;
        const auto first = impl_->request();
        first->add(impl_->pool->info(kBegin), Params());
        impl_->connection->submit(first);
        co_await finished(impl_->pool, first, deadline);
    }
    const auto request = impl_->request();
    request->script = std::move(script);
    impl_->connection->submit(request);
    co_await finished(impl_->pool, request, deadline);
}

Task<> Transaction::commit(Deadline deadline)
{
    const auto request = impl_->request();
    if (impl_->begun)
    {
        co_await impl_->say(kCommit, request, deadline);
    }
    impl_->end();
}

Task<> Transaction::rollback(Deadline deadline)
{
    const auto request = impl_->request();
    if (impl_->begun)
    {
        co_await impl_->say(kRollback, request, deadline);
    }
    impl_->end();
}

// ---- Database

struct Database::Impl
{
    std::shared_ptr<Pool> pool;
    std::shared_ptr<Listener> listener;
};

Database::Database(asio::any_io_executor executor, DatabaseOptions options) : impl_(std::make_unique<Impl>())
{
    ConnectionSettings settings{std::move(options.conninfo), std::move(options.application_name),
                                options.connect_timeout, options.away_patience};
    impl_->pool = std::make_shared<Pool>(std::move(executor), std::move(settings),
                                         static_cast<std::size_t>(std::clamp(options.connections, 1, 64)));
}

Database::~Database()
{
    close();
}

void Database::close()
{
    if (impl_->listener) impl_->listener->close();
    impl_->pool->close();
}

Task<> Database::connect(Deadline deadline)
{
    const auto pool = impl_->pool;
    const auto failures = pool->failures();
    if (!pool->any_ready()) pool->open_one_more();
    while (!pool->any_ready())
    {
        if (pool->closed()) throw Unavailable("the database was closed");
        if (pool->failures() != failures) throw Unavailable(pool->last_failure());
        if (!co_await pool->changed().wait(deadline)) throw DeadlineExceeded("connecting to the database");
    }
}

Task<Rows> Database::execute(Statement statement, Params params, Deadline deadline)
{
    refuse_late(deadline);
    const auto request = impl_->pool->make_request();
    request->add(impl_->pool->info(statement), std::move(params));
    impl_->pool->submit(request);
    co_await finished(impl_->pool, request, deadline);
    co_return std::move(request->parts.front().rows);
}

Task<std::vector<Rows>> Database::execute_together(std::vector<std::pair<Statement, Params>> statements,
                                                   Deadline deadline)
{
    refuse_late(deadline);
    std::vector<Rows> rows;
    if (statements.empty()) co_return rows;
    const auto request = impl_->pool->make_request();
    for (auto& [statement, params] : statements) request->add(impl_->pool->info(statement), std::move(params));
    impl_->pool->submit(request);
    co_await finished(impl_->pool, request, deadline);
    for (auto& part : request->parts) rows.push_back(std::move(part.rows));
    co_return rows;
}

Task<Transaction> Database::begin(Deadline deadline)
{
    const auto pool = impl_->pool;
    auto connection = co_await claimed(pool, deadline);
    co_return Transaction(std::make_unique<Transaction::Impl>(pool, std::move(connection)));
}

Task<> Database::run_script(std::string script, Deadline deadline)
{
    auto alone = co_await begin(deadline);
    const auto request = alone.impl_->request();
    request->script = std::move(script);
    alone.impl_->connection->submit(request);
    co_await finished(impl_->pool, request, deadline);
}

Task<std::vector<std::string>> Database::listen(std::string channel, Deadline deadline)
{
    if (impl_->pool->closed()) throw Unavailable("the database was closed");
    if (!impl_->listener) impl_->listener = std::make_shared<Listener>(*impl_->pool);
    const auto pool = impl_->pool;
    const auto listener = impl_->listener;
    while (true)
    {
        auto seen = listener->take(channel);
        if (seen.missed || !seen.payloads.empty()) co_return std::move(seen.payloads);
        if (!co_await listener->changed().wait(deadline)) co_return std::vector<std::string>();
        if (pool->closed()) throw Unavailable("the database was closed");
    }
}

}  // namespace herald::pg
