// The connections to one SMTP server: so many at once and no more, kept open between messages.
//
// Belongs to the Loop of its executor, and outlives its leases.
#pragma once

#include <memory>
#include <vector>

#include "providers/smtp/smtp_session.hpp"
#include "runtime/notifier.hpp"

namespace herald
{

class SmtpPool
{
public:
    // One of the connections, until it is destroyed. Empty: there was none.
    class Lease
    {
    public:
        Lease() = default;
        Lease(SmtpPool& pool, std::unique_ptr<SmtpSession> session) : pool_(&pool), session_(std::move(session)) {}
        Lease(Lease&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)), session_(std::move(other.session_))
        {
        }
        Lease& operator=(Lease&&) = delete;
        ~Lease()
        {
            if (pool_ != nullptr) pool_->give_back(std::move(session_));
        }

        explicit operator bool() const { return pool_ != nullptr; }
        // Null: connect one and put() it here.
        [[nodiscard]] SmtpSession* session() const { return session_.get(); }
        SmtpSession& put(std::unique_ptr<SmtpSession> session)
        {
            session_ = std::move(session);
            return *session_;
        }

    private:
        SmtpPool* pool_ = nullptr;
        std::unique_ptr<SmtpSession> session_;
    };

    // `options` outlives the pool.
    explicit SmtpPool(const SmtpOptions& options) : options_(options) {}
    ~SmtpPool();  // takes leave of the idle ones
    SmtpPool(const SmtpPool&) = delete;
    SmtpPool& operator=(const SmtpPool&) = delete;

    // First come, first served. Empty when none became free by the deadline or the caller is cancelled.
    Task<Lease> take(Deadline deadline);
    [[nodiscard]] int in_use() const { return in_use_; }
    [[nodiscard]] std::size_t idle() const { return idle_.size(); }

private:
    struct Idle
    {
        std::unique_ptr<SmtpSession> session;
        Deadline since;
    };
    void give_back(std::unique_ptr<SmtpSession> session);
    void drop_stale();

    const SmtpOptions& options_;
    std::vector<Idle> idle_;  // the one used last at the back
    int in_use_ = 0;          // leases, and places already promised to one that waits
    Notifier free_;
};

}  // namespace herald
