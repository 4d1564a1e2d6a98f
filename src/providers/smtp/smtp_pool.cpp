#include "providers/smtp/smtp_pool.hpp"

#include <utility>

namespace herald
{

SmtpPool::~SmtpPool()
{
    for (const auto& idle : idle_) idle.session->leave();
}

Task<SmtpPool::Lease> SmtpPool::take(Deadline deadline)
{
    if (in_use_ < options_.connections)
        ++in_use_;
    else if (!co_await free_.wait(deadline))
        co_return Lease();
    // Here a place is counted as ours: a new one, or the one that give_back() promised.
    drop_stale();
    std::unique_ptr<SmtpSession> session;
    if (!idle_.empty())
    {
        session = std::move(idle_.back().session);
        idle_.pop_back();
    }
    co_return Lease(*this, std::move(session));
}

void SmtpPool::give_back(std::unique_ptr<SmtpSession> session)
{
    if (session && session->is_usable())
    {
        if (session->delivered() < options_.messages_per_connection)
            idle_.push_back({std::move(session), std::chrono::steady_clock::now()});
        else
            session->leave();
    }
    if (free_.waiting() > 0)
        free_.notify_one();
    else
        --in_use_;
}

void SmtpPool::drop_stale()
{
    const auto oldest = std::chrono::steady_clock::now() - options_.idle_for;
    std::erase_if(idle_,
                  [oldest](const Idle& idle)
                  {
                      if (idle.since >= oldest && idle.session->is_usable()) return false;
                      idle.session->leave();
                      return true;
                  });
}

}  // namespace herald
