// A process of Herald at work: the roles it was given, from start to drain. Used from the main thread only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/role.hpp"
#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/settings.hpp"
#include "providers/capture/mailbox.hpp"

namespace herald
{

class ApiRole;
class MonitoringRole;
class WorkerRole;
class SchedulerRole;

struct RoleSet
{
    bool api = false;
    bool worker = false;
    bool scheduler = false;

    // "api,worker". The Error (validation) says what is allowed.
    static Result<RoleSet> parse(std::string_view text);
    static RoleSet all() { return {true, true, true}; }
};

class Node
{
public:
    // `settings` must be complete (check_complete) and outlive the node. `mailbox` keeps what capture providers take,
    // in clear, and is shown at `/`: for `herald dev` alone; nullptr keeps nothing of a message.
    Node(const Settings& settings, KeyRing keys, RoleSet roles, std::shared_ptr<Mailbox> mailbox);
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node();

    // Returns when every role is at work. Otherwise says why not; the node is then of no further use.
    Result<void> start();
    // Of the role api; 0 without it.
    [[nodiscard]] std::uint16_t port() const;
    // A role has ended without having been asked to.
    [[nodiscard]] bool failed() const;
    // Lets the API linger, then drains all roles. False when they have not ended by the configured time: what they held
    // is left to its leases, and the process has to end without destructors (std::_Exit).
    bool stop();

private:
    void make_roles(RoleSet roles, const std::shared_ptr<Mailbox>& mailbox);
    [[nodiscard]] std::vector<Role*> roles() const;

    const Settings& settings_;
    const SystemClock clock_;
    const KeyRing keys_;
    std::unique_ptr<SchedulerRole> scheduler_;
    std::unique_ptr<WorkerRole> worker_;
    std::unique_ptr<ApiRole> api_;  // first to go: it calls the worker
    std::unique_ptr<MonitoringRole> monitoring_;
};

}  // namespace herald
