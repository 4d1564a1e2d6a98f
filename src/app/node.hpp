// A process of Herald at work: the roles it was given, from start to drain. Used from the main thread only.
#pragma once

#include <functional>
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
    // Returns when SIGTERM or SIGINT arrives, when a role fails or when `look`, called twice a second on this thread,
    // says false. True: a signal.
    bool wait_for_end(const std::function<bool()>& look);
    // Lets the API linger, then drains all roles. False when they have not ended by the configured time: what they held
    // is left to its leases, and the process has to end without destructors (std::_Exit).
    bool stop();

private:
    void make_roles(RoleSet roles, const std::shared_ptr<Mailbox>& mailbox);
    [[nodiscard]] std::vector<Role*> roles() const;
    Task<bool> wait_for_signal(const std::function<bool()>& look) const;

    const Settings& settings_;
    const SystemClock clock_;
    const KeyRing keys_;
    std::unique_ptr<SchedulerRole> scheduler_;
    std::unique_ptr<WorkerRole> worker_;
    std::unique_ptr<ApiRole> api_;  // first to go: it calls the worker
    std::unique_ptr<MonitoringRole> monitoring_;
};

}  // namespace herald
