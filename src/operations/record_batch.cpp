#include "operations/record_batch.hpp"

#include "base/log.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

namespace
{

constexpr auto kRetryPause = milliseconds(100);
constexpr std::string_view kLockNotAvailable = "55P03";
constexpr int kMostConflicts = 20;  // with other transactions

// Whether there is something to wait for after what is being handled was thrown. Called in a handler.
class Patience
{
public:
    Patience(const TaskScope& scope, RecordOptions options, std::size_t size)
        : scope_(scope), give_up_at_(deadline_in(options.keep_trying)), size_(size)
    {
    }

    [[nodiscard]] bool has_any(const pg::SqlError& error)
    {
        // Rounds in which the database was away are none of these.
        return (error.is_retryable() || error.sqlstate == kLockNotAvailable) && ++conflicts_ < kMostConflicts;
    }
    [[nodiscard]] bool has_any() const
    {
        if (!scope_.is_closed() && monotonic_now() < give_up_at_) return true;
        // Those who waited for it may have gone.
        log::error("results or receipts could not be recorded: the database is away", {{"rows", size_}});
        return false;
    }

private:
    const TaskScope& scope_;
    const Deadline give_up_at_;
    const std::size_t size_;
    int conflicts_ = 0;
};

}  // namespace

Task<std::vector<Recorded>> record_batch(const TaskScope& scope, RecordOptions options, std::size_t size,
                                         std::function<Task<>(Deadline)> commit)
{
    Patience patience(scope, options, size);
    while (true)
    {
        try
        {
            co_await commit(deadline_in(options.commit_timeout));
            co_return std::vector<Recorded>(size, Recorded::yes);
        }
        catch (const pg::SqlError& error)
        {
            if (error.is_about_a_row())
            {
                if (size > 1) co_return std::vector<Recorded>();
                log::error("a result or receipt was refused by the database",
                           {{"statement", error.statement}, {"sqlstate", error.sqlstate}});
                co_return std::vector<Recorded>{Recorded::refused};
            }
            if (!patience.has_any(error)) throw;
        }
        catch (const pg::Unavailable&)
        {
            if (!patience.has_any()) throw;
        }
        catch (const DeadlineExceeded&)
        {
            if (!patience.has_any()) throw;
        }
        co_await sleep_for(kRetryPause);
    }
}

}  // namespace herald
