#include "queue/presence.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kKeyBytes = 6;
constexpr std::size_t kVersionByte = 6;
constexpr std::int64_t kOurs = std::int64_t{1} << 62;  // no other advisory lock has this bit

pg::DatabaseOptions one_connection(pg::DatabaseOptions options)
{
    options.connections = 1;
    return options;
}

// Version 8 (RFC 9562) is free for what the application makes of it: here, a process that holds its lock.
Uuid make_version_8(Uuid id)
{
    id.bytes[kVersionByte] = static_cast<std::uint8_t>((id.bytes[kVersionByte] & 0x0f) | 0x80);
    return id;
}

// As list_absent_holders has it.
std::int64_t key_of(const Uuid& name)
{
    std::int64_t key = 0;
    for (std::size_t i = 0; i < kKeyBytes; ++i) key = (key << 8) | name.bytes[i];
    return key | kOurs;
}

}  // namespace

HolderPresence::HolderPresence(asio::any_io_executor executor, pg::DatabaseOptions lock, pg::Database& queue,
                               const Clock& clock, Options options)
    : lock_database_(std::move(executor), one_connection(std::move(lock))),
      queue_(queue),
      clock_(clock),
      options_(options),
      name_(make_version_8(make_uuid_v4()))
{
}

// Without the lock, a name that nobody judges by it.
Uuid HolderPresence::name_claim() const
{
    if (!lock_) return make_uuid_v4();
    Uuid name = make_version_8(make_uuid_v4());
    std::copy_n(name_.bytes.begin(), kKeyBytes, name.bytes.begin());
    return name;
}

Task<bool> HolderPresence::hold(Deadline deadline)
{
    const bool was_held = lock_.has_value();
    bool is_held = false;
    try
    {
        if (!lock_) lock_.emplace(co_await lock_database_.begin(deadline));
        const auto rows = co_await lock_->execute(sql::hold_presence, pg::Params::of(key_of(name_)), deadline);
        is_held = rows.get<bool>(0, "present");
    }
    catch (const std::runtime_error& failure)
    {
        if (was_held) log::warning("this process may be taken for dead", {{"reason", failure.what()}});
    }
    if (!is_held) co_await leave(deadline);
    co_return is_held;
}

Task<std::int64_t> HolderPresence::recover(Deadline deadline)
{
    const auto rows = co_await queue_.execute(sql::list_absent_holders, pg::Params(), deadline);
    std::set<std::int64_t> absent;
    std::vector<std::int64_t> gone;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        const auto key = rows.get<std::int64_t>(i, "key");
        absent.insert(key);
        if (absent_.contains(key)) gone.push_back(key);
    }
    absent_ = std::move(absent);
    if (gone.empty()) co_return 0;
    const Instant now = clock_.now();
    auto params = pg::Params::of(gone, now, options_.batch, now + options_.uncertain_pause);
    const auto taken = co_await queue_.execute(sql::recover_absent_leases, std::move(params), deadline);
    log::warning("messages were taken over from processes that are gone",
                 {{"processes", gone.size()}, {"messages", taken.affected()}});
    co_return taken.affected();
}

Task<> HolderPresence::run(StopToken stop)
{
    Deadline look_at = deadline_in(options_.look_every);
    while (!stop.requested())
    {
        const bool is_held = co_await hold(deadline_in(options_.timeout));
        if (!is_held) absent_.clear();  // who cannot keep its own lock does not judge others
        if (is_held && monotonic_now() >= look_at)
        {
            look_at = deadline_in(options_.look_every);
            try
            {
                co_await recover(deadline_in(options_.timeout));
            }
            catch (const std::exception& failure)
            {
                absent_.clear();
                log::warning("processes that are gone could not be looked for", {{"reason", failure.what()}});
            }
        }
        co_await stop.wait_for(options_.every);
    }
    co_await leave(deadline_in(options_.timeout));
}

Task<> HolderPresence::leave(Deadline deadline)
{
    if (!lock_) co_return;
    auto ending = std::move(*lock_);
    lock_.reset();
    try
    {
        co_await ending.rollback(deadline);
    }
    catch (const std::runtime_error&)
    {
        // The connection is gone, and the lock with it.
    }
}

}  // namespace herald
