#include "app/node.hpp"

#include <algorithm>

#include "app/api_role.hpp"
#include "app/monitoring_role.hpp"
#include "app/scheduler_role.hpp"
#include "app/worker_role.hpp"
#include "base/log.hpp"

namespace herald
{

namespace
{

constexpr auto kStartTimeout = seconds(30);
constexpr auto kLastAnswers = seconds(2);

http::MailboxEntry entry_of(CapturedMessage message)
{
    http::MailboxEntry entry;
    entry.id = message.id;
    entry.channel = to_string(message.channel);
    entry.to = std::move(message.to);
    entry.from = std::move(message.from);
    entry.reply_to = std::move(message.reply_to);
    entry.subject = std::move(message.subject);
    entry.text = std::move(message.text);
    entry.html = std::move(message.html);
    if (message.status) entry.status = to_string(*message.status);
    entry.received_at = message.received_at;
    entry.times_taken = message.times_taken;
    entry.service_id = message.service_id;
    return entry;
}

std::function<std::vector<http::MailboxEntry>(std::size_t)> reader_of(std::shared_ptr<Mailbox> mailbox)
{
    if (!mailbox) return {};
    return [mailbox = std::move(mailbox)](std::size_t limit)
    {
        std::vector<http::MailboxEntry> entries;
        for (auto& message : mailbox->newest(limit)) entries.push_back(entry_of(std::move(message)));
        return entries;
    };
}

}  // namespace

Result<RoleSet> RoleSet::parse(std::string_view text)
{
    RoleSet roles;
    while (!text.empty())
    {
        const auto comma = text.find(',');
        const auto name = text.substr(0, comma);
        if (name == "api")
            roles.api = true;
        else if (name == "worker")
            roles.worker = true;
        else if (name == "scheduler")
            roles.scheduler = true;
        else
            return fail(ErrorKind::validation, "there is no role \"" + std::string(name) +
                                                   "\"; allowed: api, worker, scheduler, separated by commas");
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    if (!roles.api && !roles.worker && !roles.scheduler)
        return fail(ErrorKind::validation, "no role was named; allowed: api, worker, scheduler, separated by commas");
    return roles;
}

Node::Node(const Settings& settings, KeyRing keys, RoleSet roles, std::shared_ptr<Mailbox> mailbox)
    : settings_(settings), keys_(std::move(keys))
{
    make_roles(roles, mailbox);
}

Node::~Node() = default;

void Node::make_roles(RoleSet roles, const std::shared_ptr<Mailbox>& mailbox)
{
    if (roles.scheduler) scheduler_ = std::make_unique<SchedulerRole>(settings_, clock_, keys_);
    if (roles.worker)
        worker_ = std::make_unique<WorkerRole>(settings_, WorkerRole::Collaborators{clock_, keys_, mailbox});
    if (settings_.monitoring.port != 0) monitoring_ = std::make_unique<MonitoringRole>(settings_, clock_);
    if (!roles.api) return;
    ApiRole::Collaborators with{clock_, keys_, {}, reader_of(mailbox)};
    if (worker_)
        with.queued = [worker = worker_.get()](Lane lane, ServiceId service)
        {
            worker->hint(lane, service);
        };
    api_ = std::make_unique<ApiRole>(settings_, std::move(with));
}

std::vector<Role*> Node::roles() const
{
    std::vector<Role*> all;
    // The API last: it is open once there is somebody to do the work.
    for (Role* role : {static_cast<Role*>(monitoring_.get()), static_cast<Role*>(scheduler_.get()),
                       static_cast<Role*>(worker_.get()), static_cast<Role*>(api_.get())})
    {
        if (role != nullptr) all.push_back(role);
    }
    return all;
}

Result<void> Node::start()
{
    for (Role* role : roles())
    {
        if (auto started = role->start(kStartTimeout); !started) return started;
        log::info("role started", {{"role", role->name()}});
    }
    return {};
}

std::uint16_t Node::port() const
{
    return api_ ? api_->port() : std::uint16_t{0};
}

bool Node::failed() const
{
    const auto all = roles();
    return std::any_of(all.begin(), all.end(), [](const Role* role) { return role->failed(); });
}

bool Node::stop()
{
    if (monitoring_) monitoring_->announce_stop();
    const seconds linger(api_ ? settings_.shutdown.linger_seconds : 0);
    const Deadline deadline = deadline_in(linger + seconds(settings_.shutdown.drain_seconds));
    auto working = roles();
    std::erase(working, monitoring_.get());
    for (Role* role : working) role->request_stop();
    bool drained = true;
    for (Role* role : working)
    {
        if (role->wait_stopped(deadline)) continue;
        drained = false;
        log::warning("a role did not end in time; what it holds is left to its leases", {{"role", role->name()}});
    }
    // Whoever asks how the process is, is told until the last moment.
    if (!monitoring_) return drained;
    monitoring_->request_stop();
    return monitoring_->wait_stopped(deadline_in(kLastAnswers)) && drained;
}

}  // namespace herald
