#include "tests/simulation/witness.hpp"

#include <fmt/format.h>

namespace herald::simulation
{

namespace
{

constexpr std::size_t kTrace = 120;

std::string name_of(EventKind kind)
{
    return std::string(describe(kind));
}

bool is_final(NotificationStatus status)
{
    return !awaits_receipt(status) && status != NotificationStatus::created;
}

}  // namespace

void Witness::write(std::string_view what, NotificationId id, std::string_view detail)
{
    const auto at = std::chrono::duration_cast<std::chrono::microseconds>(time_.now() - begin_).count();
    const auto mix = [this](std::string_view bytes)
    {
        for (const char byte : bytes) digest_ = (digest_ ^ static_cast<std::uint8_t>(byte)) * 1099511628211ULL;
    };
    mix({reinterpret_cast<const char*>(&at), sizeof at});
    mix(what);
    mix({reinterpret_cast<const char*>(id.value.bytes.data()), id.value.bytes.size()});
    mix(detail);
    if (!keeps_trace_) return;
    trace_.push_back(fmt::format("{:>12.6f} s  {}  {} {}", static_cast<double>(at) / 1e6,
                                 id.value.is_nil() ? "                " : id.to_string().substr(20), what, detail));
    if (trace_.size() > kTrace) trace_.pop_front();
}

void Witness::violate(NotificationId id, std::string_view what)
{
    write("VIOLATION:", id, what);
    if (violation_.empty()) violation_ = fmt::format("{}: {}", id.to_string(), what);
}

void Witness::fault(std::string_view what)
{
    ++faults_;
    write("fault:", {}, what);
}

void Witness::fault_begins(std::string_view what)
{
    ++lasting_;
    fault(what);
}

void Witness::fault_ends(std::string_view what)
{
    --lasting_;
    fault(what);
}

void Witness::doubt(NotificationId id)
{
    ++stories_[id].doubts;
    write("the provider left a doubt", id, "");
}

void Witness::attempt_started(Story& story, const Message& message, const Event& event)
{
    if (story.ends > 0) violate(message.id, "an attempt began after its end was recorded");
    if (*event.attempt < story.attempt) violate(message.id, "the count of attempts went back");
    story.attempt = *event.attempt;
    // What died tries + 2 times is given up without a hand-off (DeliverNotifications::hand_over).
    if (!calm_ && story.attempt > tries_ * 4) violate(message.id, "it is tried for ever");
    story.faults_before = faults_;
}

void Witness::event(const Message& message, const Event& event)
{
    Story& story = stories_[message.id];
    const auto attempt = event.attempt ? std::to_string(*event.attempt) : std::string();
    write(name_of(event.kind), message.id, event.provider + " " + attempt);
    switch (event.kind)
    {
        case EventKind::accepted:
            if (std::exchange(story.accepted, true)) violate(message.id, "accepted twice");
            break;
        case EventKind::attempt_started:
            attempt_started(story, message, event);
            break;
        case EventKind::attempt_uncertain:
            ++story.uncertain;
            if (faults_ == story.faults_before && lasting_ == 0 && story.doubts == 0)
                violate(message.id, "uncertain, although nothing had gone wrong");
            [[fallthrough]];
        case EventKind::attempt_failed:
            if (story.ends > 0) violate(message.id, "an attempt ended after the end of all");
            break;
        case EventKind::handed_over:
        case EventKind::gave_up:
            if (++story.ends > 1) violate(message.id, "handed over or given up twice");
            if (event.kind == EventKind::handed_over && story.takes == 0)
                violate(message.id, "handed over, and nobody has it");
            break;
        default:
            break;
    }
}

void Witness::status(const Message& message, NotificationStatus before)
{
    using enum NotificationStatus;
    write("status", message.id, fmt::format("{} to {}", to_string(before), to_string(message.status)));
    const bool corrects =
        before == delivered && message.status == permanent_failure && message.channel == Channel::email;
    if (corrects) return;
    if (is_final(before))
        violate(message.id, fmt::format("{} became {}", to_string(before), to_string(message.status)));
    if (!is_final(message.status) && message.status < before) violate(message.id, "its status moved back");
    if (message.status == delivered && stories_[message.id].takes == 0)
        violate(message.id, "delivered, and nobody has it");
}

void Witness::claimed(int process, NotificationId id)
{
    stories_[id].held_since[process] = time_.now();
}

void Witness::offered(int process, NotificationId id, std::string_view carrier)
{
    Story& story = stories_[id];
    write(fmt::format("process {} offers it to", process), id, carrier);
    if (++story.offers > tries_) violate(id, "offered more often than there are tries");
    const auto held = story.held_since.find(process);
    if (held == story.held_since.end())
        violate(id, "offered by a process that does not hold it");
    else if (story.could_be_known < held->second)
        violate(id, "offered again, although a provider that can tell had it before");
}

void Witness::taken(std::string_view carrier, bool can_tell, NotificationId id)
{
    Story& story = stories_[id];
    write("taken by", id, carrier);
    ++takes_;
    if (story.takes > 0) ++repeats_;
    if (story.takes > story.uncertain) violate(id, "taken twice without a doubt between");
    ++story.takes;
    if (can_tell) story.could_be_known = std::min(story.could_be_known, time_.now());
}

void Witness::told(const Receipt& receipt)
{
    write(fmt::format("receipt {}", to_string(receipt.status)), receipt.notification_id.value_or(NotificationId{}),
          receipt.reference);
}

void Witness::at_end(const Tables& tables)
{
    for (const auto& [id, message] : tables.messages())
    {
        const Story& story = stories_[id];
        const auto places = tables.places_of(id);
        if (places.find_first_of("RLTA") != std::string::npos)
            violate(id, fmt::format("it is {}, and still waits in {}", to_string(message.status), places));
        if (!is_final(message.status)) violate(id, fmt::format("lost: it is {} for ever", to_string(message.status)));
        if (story.ends != 1) violate(id, "its attempts have no end");
        const bool technical = message.status == NotificationStatus::technical_failure;
        if (story.takes == 0 && !technical) violate(id, "nobody has it, and it is no technical failure");
        if (technical && story.takes > 0 && story.uncertain == 0)
            violate(id, "somebody has it, and it is a technical failure without a doubt");
        if (calm_ && (story.takes != 1 || story.offers != 1 || story.uncertain > 0))
            violate(id, "nothing went wrong, and it was not handed over exactly once");
    }
}

}  // namespace herald::simulation
