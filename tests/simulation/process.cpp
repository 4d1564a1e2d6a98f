#include "tests/simulation/process.hpp"

namespace herald::simulation
{

namespace
{

TemplatePtr make_template(Channel channel, Uuid id)
{
    Template facts;
    facts.id = TemplateId{id};
    facts.type = channel;
    facts.content = "Hello ((name))";
    facts.subject = channel == Channel::email ? "Subject" : "";
    auto compiled = rendering::CompiledTemplate::compile(facts.type, facts.subject, facts.content);
    return std::make_shared<const TemplateContext>(std::move(facts), std::move(compiled));
}

RecorderOptions recorder_options()
{
    RecorderOptions options;
    options.record.commit_timeout = seconds(5);
    options.record.keep_trying = seconds(60);
    options.keep_left_over_receipts = std::chrono::minutes(30);
    return options;
}

PoolOptions pool_options(Dice& dice)
{
    PoolOptions options;
    options.seed = dice.number();
    return options;
}

DeliveryWorker::Options worker_options(Dice& dice)
{
    DeliveryWorker::Options options;
    options.batch = static_cast<std::size_t>(dice.between(1, 8));
    options.unrecorded = 8;
    options.poll = seconds(3);
    return options;
}

LookUpReceipts::Options look_up_options()
{
    LookUpReceipts::Options options;
    options.ask_again = seconds(60);
    return options;
}

RecoveryWorker::Options recovery_options(Dice& dice)
{
    RecoveryWorker::Options options;
    options.retries_every = seconds(2);
    options.leases_every = seconds(5);
    options.left_over_receipts_every = seconds(3);
    options.look_ups_every = seconds(10);
    options.services_every = seconds(3);
    options.providers_every = seconds(10);
    options.seed = dice.number();
    return options;
}

}  // namespace

DeliverOptions deliver_options()
{
    DeliverOptions options;
    options.tries = 5;
    options.retry_pause = seconds(10);
    options.uncertain_pause = seconds(10);
    options.send_timeout = seconds(10);
    options.look_up_after = seconds(30);
    return options;
}

QueueOptions queue_options(Dice& dice)
{
    QueueOptions options;
    options.lease = seconds(60);  // a claim 20, a hand-off 10, its record 25
    options.uncertain_pause = seconds(20);
    options.name_claim = [&dice]
    {
        return dice.uuid();
    };
    return options;
}

Senders::Senders(Dice& dice, int services)
    : email_(make_template(Channel::email, dice.uuid())), sms_(make_template(Channel::sms, dice.uuid()))
{
    for (int i = 0; i < services; ++i)
    {
        auto context = std::make_shared<ServiceContext>();
        context->record.service.id = ServiceId{dice.uuid()};
        context->record.service.name = "Service";
        context->record.service.email_from = "service";
        services_.push_back(std::move(context));
    }
}

const KeyRing& Senders::keys() const
{
    static const KeyRing keys = KeyRing::generate();  // its bytes decide nothing
    return keys;
}

Task<ServicePtr> Senders::service(ServiceId id, Deadline /*deadline*/)
{
    for (const auto& each : services_)
    {
        if (each->service().id == id) co_return each;
    }
    co_return nullptr;
}

Task<TemplatePtr> Senders::template_version(ServiceId /*service*/, TemplateId id, std::int32_t /*version*/,
                                            Deadline /*deadline*/)
{
    co_return id == email_->facts.id ? email_ : sms_;
}

Message Senders::make_message(Dice& dice, Instant now) const
{
    Message message;
    message.id = NotificationId{dice.uuid_at(now)};
    const auto sender = static_cast<std::size_t>(dice.between(0, static_cast<std::int64_t>(services_.size()) - 1));
    message.service = services_[sender]->service().id;
    message.channel = dice.chance(0.3) ? Channel::email : Channel::sms;
    message.lane = static_cast<std::int16_t>(dice.between(1, 3));
    message.template_id = (message.channel == Channel::email ? email_ : sms_)->facts.id;
    NotificationContents contents;
    contents.to = contents.normalised_to = message.channel == Channel::email ? "ada@example.gov" : "+12025550123";
    contents.personalisation = R"({"name":"Ada"})";
    message.sealed = seal_contents(keys(), message.id, contents);
    return message;
}

std::vector<PoolMember> Process::members(Witness& witness, std::vector<std::unique_ptr<Carrier>>& all,
                                         std::vector<std::unique_ptr<SimulatedProvider>>& providers) const
{
    std::vector<PoolMember> members;
    for (const auto& carrier : all)
    {
        providers.push_back(std::make_unique<SimulatedProvider>(*carrier, witness, number_));
        members.push_back({providers.back().get(), carrier->facts().channel, 8, 0});
    }
    return members;
}

Process::Parts::Parts(Process& of, Server& world, Witness& witness, Senders& senders,
                      std::vector<std::unique_ptr<Carrier>>& all)
    : main(of.loop_.executor()),
      scope(of.loop_.executor()),
      wire(world),
      queue_store(wire, [&witness, &of](NotificationId id) { witness.claimed(of.number_, id); }),
      delivery_store(wire),
      provider_records(wire),
      recorder(delivery_store, of.clock, scope, of.loop_.executor(), recorder_options()),
      pool(of.members(witness, all, providers), nullptr, pool_options(world.dice)),
      wake_up(of.loop_.executor()),
      queue(queue_store, wake_up, queue_options(world.dice)),
      deliver(senders, recorder, pool, senders.keys(), of.clock, deliver_options()),
      delivery(of.loop_.executor(), queue, deliver, wake_up, of.clock, worker_options(world.dice)),
      look_up(delivery_store, recorder, pool, of.clock, look_up_options()),
      tend(provider_records, pool, of.clock),
      recovery(of.loop_.executor(), queue, recorder, look_up, tend, of.clock, recovery_options(world.dice))
{
}

Process::Process(int number, Server& world, Witness& witness, Senders& senders,
                 std::vector<std::unique_ptr<Carrier>>& all)
    : clock(world),
      number_(number),
      loop_(world.agenda.time()),
      stop_(loop_.executor()),
      parts_(std::make_unique<Parts>(*this, world, witness, senders, all))
{
    parts_->main.spawn("process", live(), [this] { has_ended_ = true; });
}

Process::~Process()
{
    const AbandonedTasks abandoned;
    loop_.die();
    parts_.reset();
}

bool Process::run_one()
{
    if (stands_still || !loop_.run_one()) return false;
    if (steps_left) --*steps_left;
    return true;
}

// As WorkerRole and Role do.
Task<> Process::live()
{
    bool is_open = false;
    while (!is_open)
    {
        try
        {
            co_await parts_->tend.open(deadline_in(seconds(10)));
            co_await parts_->queue.refresh_services(deadline_in(seconds(10)));
            is_open = true;
        }
        catch (const std::runtime_error&)
        {
            // The process would end and be started anew.
        }
        if (!is_open) co_await sleep_for(seconds(1));
    }
    TaskScope all(loop_.executor());
    all.spawn("delivery_worker", parts_->delivery.run(stop_.token()));
    all.spawn("recovery_worker", parts_->recovery.run(stop_.token()));
    while (!co_await all.join(deadline_in(seconds(10))))
    {
    }
    parts_->scope.close();
    co_await parts_->scope.join(deadline_in(seconds(60)));
}

}  // namespace herald::simulation
