#include "tests/simulation/world.hpp"

#include <fmt/format.h>

namespace herald::simulation
{

namespace
{

using std::chrono::microseconds;

constexpr Instant kBegin{std::chrono::sys_days(std::chrono::year(2026) / 6 / 15) + std::chrono::hours(15)};
// After the trouble; longer than a provider is asked for a receipt.
constexpr auto kLongest = std::chrono::hours(2);
constexpr auto kTimeOut = std::chrono::minutes(5);
constexpr std::int32_t kTimeOutBatch = 5'000;

}  // namespace

World::World(VirtualTime& time, std::uint64_t seed, SeedOptions options)
    : time_(time),
      dice_(seed),
      plan_(dice_),
      agenda_(time),
      witness_(time, deliver_options().tries, plan_.calm, options.keeps_trace),
      server_(agenda_, dice_, kBegin, options.broken),
      senders_(dice_, plan_.services),
      slots_(static_cast<std::size_t>(plan_.processes))
{
    Tables::Watcher watcher;
    watcher.status = [this](const Message& message, NotificationStatus before)
    {
        witness_.status(message, before);
    };
    watcher.event = [this](const Message& message, const Event& event)
    {
        witness_.event(message, event);
    };
    server_.tables.watch(std::move(watcher));
    server_.on_fault = [this](std::string_view what)
    {
        witness_.fault(what);
    };
    server_.fault_rate = plan_.statement_faults;
    build_carriers();
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) start(slot);
    plan_arrivals();
    plan_faults();
    time_out_again();
}

void World::build_carriers()
{
    for (const auto channel : {Channel::email, Channel::sms})
    {
        for (int i = 0; i < plan_.carriers_a_channel; ++i)
        {
            CarrierFacts facts{fmt::format("{}-{}", to_string(channel), i), channel, dice_.chance(0.7), true};
            facts.sends_receipts = channel == Channel::sms || dice_.chance(0.8);
            carriers_.push_back(std::make_unique<Carrier>(facts, server_, witness_,
                                                          [this](Receipt receipt) { deliver(std::move(receipt)); }));
            carriers_.back()->faults.rate = plan_.carrier_faults;
            carriers_.back()->faults.slowest_answer = plan_.slowest_answer;
            carriers_.back()->faults.lost_receipts = plan_.lost_receipts;
        }
    }
}

void World::plan_arrivals()
{
    to_arrive_ = plan_.messages;
    for (int i = 0; i < plan_.messages; ++i)
    {
        const auto accept = [this]
        {
            const auto message = senders_.make_message(dice_, server_.now());
            server_.tables.accept(message, server_.now());
            --to_arrive_;
            Process* told = any_process();
            if (told != nullptr && dice_.chance(0.7)) told->hint(message.lane, message.service);
        };
        agenda_.in(dice_.pause(microseconds(0), plan_.arrival), accept);
    }
}

void World::at_random(int times, const std::function<void()>& what)
{
    for (int i = 0; i < times; ++i) agenda_.in(dice_.pause(microseconds(0), plan_.trouble), what);
}

void World::plan_faults()
{
    at_random(plan_.kills, [this] { doom(true); });
    at_random(plan_.freezes, [this] { doom(false); });
    at_random(plan_.drains,
              [this]
              {
                  if (Process* one = any_process(); one != nullptr) one->stop();
              });
    at_random(plan_.store_outages, [this] { take_the_store_away(); });
    at_random(plan_.carrier_outages, [this] { take_a_carrier_away(); });
    at_random(plan_.switched_off, [this] { switch_a_provider_off(); });
    at_random(plan_.clock_steps, [this] { step_a_clock(); });
    agenda_.in(plan_.trouble, [this] { make_everything_well(); });
}

Process* World::any_process()
{
    Process* const one = slots_[static_cast<std::size_t>(dice_.between(0, plan_.processes - 1))].process.get();
    return one != nullptr && !one->stands_still ? one : nullptr;
}

void World::start(std::size_t slot)
{
    slots_[slot].process = std::make_unique<Process>(++processes_, server_, witness_, senders_, carriers_);
}

void World::kill(std::size_t slot, std::string_view why)
{
    witness_.fault(fmt::format("process {} {}", slots_[slot].process->number(), why));
    slots_[slot].process.reset();
    agenda_.in(dice_.pause(milliseconds(1), seconds(20)), [this, slot] { start(slot); });
}

void World::doom(bool to_die)
{
    Process* const one = any_process();
    if (one == nullptr) return;
    one->steps_left = static_cast<int>(dice_.between(0, 200));
    one->dies_then = to_die;
}

// Its machine is paused, or swaps.
void World::freeze(Process& one)
{
    witness_.fault_begins(fmt::format("process {} stands still", one.number()));
    one.steps_left.reset();
    one.stands_still = true;
    agenda_.in(dice_.pause(seconds(1), seconds(150)),
               [this, number = one.number()]
               {
                   witness_.fault_ends(fmt::format("process {} goes on", number));
                   for (Slot& slot : slots_)
                   {
                       if (slot.process != nullptr && slot.process->number() == number)
                           slot.process->stands_still = false;
                   }
               });
}

void World::take_the_store_away()
{
    witness_.fault_begins("the store is away");
    server_.away = true;
    agenda_.in(dice_.pause(milliseconds(500), seconds(90)),
               [this]
               {
                   witness_.fault_ends("the store is back");
                   server_.away = false;
               });
}

void World::take_a_carrier_away()
{
    Carrier& one =
        *carriers_[static_cast<std::size_t>(dice_.between(0, static_cast<std::int64_t>(carriers_.size()) - 1))];
    one.faults.away = true;
    agenda_.in(dice_.pause(seconds(1), seconds(60)), [&one] { one.faults.away = false; });
}

void World::switch_a_provider_off()
{
    const std::size_t which =
        static_cast<std::size_t>(dice_.between(0, static_cast<std::int64_t>(carriers_.size()) - 1));
    const auto& name = carriers_[which]->facts().name;
    server_.switched_off.insert(name);
    agenda_.in(dice_.pause(seconds(1), seconds(60)), [this, name] { server_.switched_off.erase(name); });
}

void World::step_a_clock()
{
    Process* const one = any_process();
    if (one != nullptr) one->clock.offset += dice_.pause(-seconds(90), seconds(90));
}

// Whoever is told has it only once it is recorded.
void World::deliver(Receipt receipt, int tries)
{
    Process* const one = any_process();
    if (one != nullptr)
        one->receive(std::move(receipt));
    else if (tries > 0)
        agenda_.in(seconds(1), [this, receipt = std::move(receipt), tries] { deliver(receipt, tries - 1); });
}

void World::make_everything_well()
{
    is_well_ = true;
    server_.fault_rate = 0;
    for (const auto& carrier : carriers_)
    {
        carrier->faults.rate = 0;
        carrier->faults.lost_receipts = 0;
    }
}

// As the scheduler that leads does.
void World::time_out_again()
{
    agenda_.in(seconds(10),
               [this]
               {
                   const Instant now = server_.now();
                   if (!server_.away) server_.tables.time_out(now - kTimeOut, kTimeOutBatch, now);
                   time_out_again();
               });
}

bool World::run_processes()
{
    bool ran = false;
    for (std::size_t slot = 0; slot < slots_.size(); ++slot)
    {
        Process* const process = slots_[slot].process.get();
        if (process == nullptr) continue;
        while (!process->has_ended() && process->steps_left != 0 && process->run_one()) ran = true;
        if (process->has_ended())
            kill(slot, "has ended");
        else if (process->steps_left == 0 && process->dies_then)
            kill(slot, "dies");
        else if (process->steps_left == 0)
            freeze(*process);
    }
    return ran;
}

bool World::is_over() const
{
    return !witness_.violation().empty() || (is_well_ && to_arrive_ == 0 && server_.tables.is_idle());
}

void World::run()
{
    const Deadline latest = time_.now() + kLongest;
    while (!is_over())
    {
        if (run_processes()) continue;
        const auto timer = time_.next();
        const auto entry = agenda_.next();
        if (!timer && !entry) break;
        const Deadline next = std::min(timer.value_or(Deadline::max()), entry.value_or(Deadline::max()));
        if (next > latest) break;
        time_.move_to(std::max(next, time_.now()));
        agenda_.run_due();
    }
    if (witness_.violation().empty()) witness_.at_end(server_.tables);
}

SeedOutcome run_seed(std::uint64_t seed, SeedOptions options)
{
    VirtualTime time;
    const Deadline began = time.now();
    World world(time, seed, options);
    world.run();
    const Witness& seen = world.witness();
    return {seen.violation(),  {seen.trace().begin(), seen.trace().end()},
            seen.digest(),     world.plan().messages,
            seen.takes(),      seen.repeats(),
            time.now() - began};
}

}  // namespace herald::simulation
