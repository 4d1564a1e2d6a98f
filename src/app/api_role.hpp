// The role `api`: the public HTTP API. Accepts messages durably; reads them back.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "app/role.hpp"
#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/settings.hpp"
#include "domain/notifications/lane.hpp"
#include "http/console/mailbox_page.hpp"

namespace herald
{

class ApiRole final : public Role
{
public:
    struct Collaborators
    {
        const Clock& clock;
        const KeyRing& keys;
        // Called on the role's loop after a commit: something was queued there. Empty: no workers in this process;
        // others are told.
        std::function<void(Lane, ServiceId)> queued;
        // Empty: this process has no mailbox to show.
        std::function<std::vector<http::MailboxEntry>(std::size_t limit)> mailbox;
    };

    // `settings` and what `with` refers to outlive the role. Throws std::runtime_error when it cannot listen.
    ApiRole(const Settings& settings, Collaborators with);
    ~ApiRole() override;

    [[nodiscard]] std::uint16_t port() const;

private:
    Task<> open() override;
    Task<> run(StopToken stop) override;
    Task<> linger(StopToken stop, StopSource server_stop) const;

    struct Parts;
    const Settings& settings_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace herald
