// The role `worker`: hands messages to providers, applies their receipts, calls services back.
#pragma once

#include <memory>

#include "app/role.hpp"
#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/settings.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/lane.hpp"
#include "providers/capture/mailbox.hpp"

namespace herald
{

class WorkerRole final : public Role
{
public:
    struct Collaborators
    {
        const Clock& clock;
        const KeyRing& keys;
        std::shared_ptr<Mailbox> mailbox;  // nullptr: capture providers keep no content
    };

    // `settings` and what `with` refers to outlive the role. Throws std::runtime_error when a provider's settings are
    // wrong.
    WorkerRole(const Settings& settings, Collaborators with);
    ~WorkerRole() override;

    // Something was queued there. Thread-safe.
    void hint(Lane lane, ServiceId service);

private:
    Task<> open() override;
    Task<> run(StopToken stop) override;

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace herald
