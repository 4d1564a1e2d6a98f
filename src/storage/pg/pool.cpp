#include "storage/pg/pool.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <prometheus/gauge.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/metrics.hpp"
#include "storage/pg/database.hpp"

namespace herald::pg
{

Pool::Pool(asio::any_io_executor executor, ConnectionSettings settings, std::size_t connections)
    : executor_(std::move(executor)), settings_(std::move(settings)), slots_(connections)
{
    for (auto& slot : slots_) slot.connection = std::make_shared<Connection>(executor_, settings_, *this);
}

Pool::~Pool()
{
    waiting_.clear();
    claims_.clear();
    slots_.clear();
    tell();
}

// The gauges are of all pools of the process together.
void Pool::tell()
{
    static auto& waiting =
        metrics::gauge("herald_database_waiting", "Statements and transactions without a connection");
    static auto& ready = metrics::gauge("herald_database_connections", "Connections to PostgreSQL that can be used");
    const auto waiting_now = static_cast<double>(waiting_.size() + claims_.size());
    const auto ready_now = static_cast<double>(
        std::count_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.connection->ready(); }));
    waiting.Increment(waiting_now - std::exchange(told_waiting_, waiting_now));
    ready.Increment(ready_now - std::exchange(told_ready_, ready_now));
}

const StatementInfo& Pool::info(const Statement& statement)
{
    const auto found = statements_.find(statement.name);
    if (found != statements_.end()) return *found->second;
    auto& seconds = metrics::latency("herald_statement_run_seconds", "From queueing a statement to its last answer",
                                     {{"statement", std::string(statement.name)}});
    auto made = std::make_unique<StatementInfo>(std::string(statement.name), std::string(statement.text), &seconds);
    made->commits = made->text == "COMMIT";
    const std::string_view key = made->name;
    return *statements_.emplace(key, std::move(made)).first->second;
}

void Pool::submit(RequestPtr request)
{
    if (closed_) return request->finish(std::make_exception_ptr(Unavailable("the database was closed")));
    auto* slot = least_loaded();
    if (slot == nullptr || slot->connection->load() > 0) open_one_more();
    if (slot == nullptr && is_away()) return request->finish(std::make_exception_ptr(Unavailable(last_failure_)));
    if (slot != nullptr) return slot->connection->submit(std::move(request));
    waiting_.push_back(std::move(request));
    tell();
}

void Pool::abandon(const RequestPtr& request)
{
    if (request->done) return;
    request->abandoned = true;
    if (request->connection != nullptr) return request->connection->abandon(*request);
    const auto found = std::find(waiting_.begin(), waiting_.end(), request);
    if (found != waiting_.end()) waiting_.erase(found);
    tell();
}

Pool::Slot* Pool::least_loaded()
{
    Slot* best = nullptr;
    for (auto& slot : slots_)
    {
        if (slot.exclusive || !slot.connection->accepts()) continue;
        if (best == nullptr || slot.connection->load() < best->connection->load()) best = &slot;
    }
    return best;
}

Pool::Slot& Pool::slot_of(const Connection& connection)
{
    return *std::find_if(slots_.begin(), slots_.end(),
                         [&](const Slot& slot) { return slot.connection.get() == &connection; });
}

void Pool::open_one_more()
{
    if (closed_) return;
    for (auto& slot : slots_)
    {
        if (slot.connection->never_opened()) return slot.connection->open();
    }
}

bool Pool::any_ready() const
{
    return std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.connection->ready(); });
}

std::shared_ptr<Claim> Pool::claim()
{
    auto claim = std::make_shared<Claim>(executor_);
    if (closed_) claim->refused = std::make_exception_ptr(Unavailable("the database was closed"));
    if (!closed_ && is_away()) claim->refused = std::make_exception_ptr(Unavailable(last_failure_));
    if (claim->refused) return claim;
    claims_.push_back(claim);
    reserve();
    tell();
    return claim;
}

void Pool::abandon(const std::shared_ptr<Claim>& claim)
{
    claim->abandoned = true;
    if (claim->connection) return release(claim->connection, claim->connection->generation());
    std::erase(claims_, claim);
    for (auto& slot : slots_)
    {
        if (slot.promised == claim) grant(slot);
    }
    tell();
}

// Promises connections to claims, first come first served.
void Pool::reserve()
{
    const auto most = std::max<std::size_t>(1, slots_.size() - 1);
    while (!claims_.empty())
    {
        const auto taken = std::count_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.exclusive; });
        if (static_cast<std::size_t>(taken) >= most) return;
        auto* slot = least_loaded();
        if (slot == nullptr || slot->connection->load() > 0) open_one_more();
        if (slot == nullptr) return;
        slot->exclusive = true;
        slot->promised = std::move(claims_.front());
        claims_.pop_front();
        if (slot->connection->load() == 0) grant(*slot);
    }
}

void Pool::grant(Slot& slot)
{
    const auto claim = std::exchange(slot.promised, nullptr);
    if (claim->abandoned)
    {
        slot.exclusive = false;
        return pump();
    }
    claim->connection = slot.connection;
    claim->timer.cancel();
}

void Pool::release(const std::shared_ptr<Connection>& connection, std::uint64_t generation)
{
    if (closed_ || connection->generation() != generation) return;
    if (!connection->clean() || connection->load() > 0) return connection->drop("a transaction was left open");
    slot_of(*connection).exclusive = false;
    pump();
}

// Statements before claims: they only share the connection, and a claim waits for them anyway.
void Pool::pump()
{
    while (!waiting_.empty())
    {
        auto* slot = least_loaded();
        if (slot == nullptr) break;
        auto request = std::move(waiting_.front());
        waiting_.pop_front();
        if (!request->abandoned) slot->connection->submit(std::move(request));
    }
    reserve();
    tell();
}

void Pool::connection_ready(Connection& /*connection*/)
{
    unreachable_since_.reset();
    changed_.notify_all();
    pump();
}

void Pool::connection_lost(Connection& connection, std::deque<RequestPtr> unsent, const std::string& reason)
{
    ++failures_;
    last_failure_ = reason;
    auto& slot = slot_of(connection);
    slot.exclusive = false;
    if (slot.promised) claims_.push_front(std::exchange(slot.promised, nullptr));
    for (auto& request : unsent)
    {
        if (request->in_transaction)
            request->finish(std::make_exception_ptr(Unavailable(reason)));
        else if (!request->abandoned)
            waiting_.push_back(std::move(request));
    }
    if (!any_ready() && !unreachable_since_) unreachable_since_ = std::chrono::steady_clock::now();
    if (is_away()) refuse_all(reason);
    changed_.notify_all();
    pump();
}

// Every failed attempt to open a connection comes through connection_lost, so that nobody waits much longer than this.
bool Pool::is_away() const
{
    return unreachable_since_ && std::chrono::steady_clock::now() - *unreachable_since_ >= settings_.away_patience;
}

void Pool::refuse_all(const std::string& reason)
{
    const auto refused = std::make_exception_ptr(Unavailable(reason));
    for (const auto& request : std::exchange(waiting_, {})) request->finish(refused);
    for (auto& slot : slots_)
    {
        if (!slot.promised) continue;
        claims_.push_back(std::exchange(slot.promised, nullptr));
        slot.exclusive = false;
    }
    for (const auto& claim : std::exchange(claims_, {}))
    {
        claim->refused = refused;
        claim->timer.cancel();
    }
}

void Pool::connection_idle(Connection& connection)
{
    auto& slot = slot_of(connection);
    if (slot.promised && connection.load() == 0) grant(slot);
    pump();
}

void Pool::send_again(RequestPtr request)
{
    submit(std::move(request));
}

void Pool::notified(std::string_view /*channel*/, std::string_view /*payload*/) {}

void Pool::close()
{
    if (closed_) return;
    closed_ = true;
    for (auto& slot : slots_) slot.connection->close();
    refuse_all("the database was closed");
    tell();
    changed_.notify_all();
}

namespace
{

// Runs when the caller gives up: at its deadline, when it is cancelled, when its frame is destroyed. The pool may be
// gone by then.
template <class Waited>
class GiveUp
{
public:
    GiveUp(std::weak_ptr<Pool> pool, std::shared_ptr<Waited> waited)
        : pool_(std::move(pool)), waited_(std::move(waited))
    {
    }
    GiveUp(const GiveUp&) = delete;
    GiveUp& operator=(const GiveUp&) = delete;
    ~GiveUp()
    {
        if (!waited_) return;
        const auto pool = pool_.lock();
        if (pool && !pool->closed()) pool->abandon(waited_);
    }
    void dismiss() { waited_.reset(); }

private:
    std::weak_ptr<Pool> pool_;
    std::shared_ptr<Waited> waited_;
};

[[noreturn]] void throw_gave_up(Deadline deadline, std::string_view what)
{
    if (std::chrono::steady_clock::now() < deadline) throw boost::system::system_error(asio::error::operation_aborted);
    throw DeadlineExceeded(fmt::format("{} did not finish by its deadline", what));
}

std::string_view name_of(const Request& request)
{
    return request.parts.empty() ? std::string_view("a script")
                                 : std::string_view(request.parts.back().statement->name);
}

}  // namespace

Task<> finished(std::shared_ptr<Pool> pool, RequestPtr request, Deadline deadline)
{
    GiveUp<Request> guard(pool, request);
    pool.reset();  // a coroutine that waits does not keep a database alive
    if (!request->done)
    {
        request->timer.expires_at(deadline);
        co_await request->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (!request->done) throw_gave_up(deadline, name_of(*request));
    guard.dismiss();
    if (request->error) std::rethrow_exception(request->error);
}

Task<std::shared_ptr<Connection>> claimed(std::shared_ptr<Pool> pool, Deadline deadline)
{
    const auto claim = pool->claim();
    GiveUp<Claim> guard(pool, claim);
    pool.reset();
    if (!claim->connection && !claim->refused)
    {
        claim->timer.expires_at(deadline);
        co_await claim->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (claim->refused) std::rethrow_exception(claim->refused);
    if (!claim->connection) throw_gave_up(deadline, "waiting for a connection");
    guard.dismiss();
    co_return claim->connection;
}

}  // namespace herald::pg
