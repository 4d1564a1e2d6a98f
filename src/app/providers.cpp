#include "app/providers.hpp"

#include <map>
#include <stdexcept>

#include "app/aws_options.hpp"
#include "providers/capture/capture.hpp"
#include "providers/smtp/smtp.hpp"

namespace herald
{

namespace
{

SmtpOptions smtp_options(const Settings& settings)
{
    SmtpOptions options;
    options.host = settings.smtp.host;
    options.port = static_cast<int>(settings.smtp.port);
    options.tls = parse_smtp_tls(settings.smtp.tls).value_or(SmtpTls::starttls);
    options.username = settings.smtp.username;
    options.password = settings.smtp.password;
    options.domain = settings.email.domain;
    options.connections = static_cast<int>(settings.smtp.connections);
    options.ca_file = settings.smtp.ca_file;
    return options;
}

// What the makers of providers share.
struct Making
{
    asio::any_io_executor executor;
    const Settings& settings;
    bool keep_content;
    std::shared_ptr<Mailbox> mailbox;
    const ReceiptSink& sink;
    const Clock& clock;

    [[nodiscard]] std::unique_ptr<Provider> capture(std::string name, CaptureScript pretends) const
    {
        CaptureOptions options;
        options.name = std::move(name);
        options.keep_content = keep_content;
        options.script = std::move(pretends);
        return std::make_unique<CaptureProvider>(executor, std::move(options), mailbox, sink, clock);
    }
};

struct Made
{
    std::unique_ptr<Provider> provider;
    std::int64_t concurrency = 0;  // 0: delivery.concurrency
    std::int64_t per_second = 0;   // what it states; 0: nothing
};

// A name of providers.email or providers.sms (base/settings.cpp) becomes a provider here.
Made make_provider(std::string_view name, const Making& with)
{
    if (name == "smtp") return {std::make_unique<SmtpProvider>(with.executor, smtp_options(with.settings), with.clock)};
    const Settings& settings = with.settings;
    // What waits for a connection of theirs waits in the queue, where it holds up nobody.
    if (name == "ses")
        return {make_ses(with.executor, settings, with.clock), settings.ses.connections, settings.ses.rate_per_second};
    if (name == "sns")
        return {make_sns(with.executor, settings), settings.sns.connections, settings.sns.rate_per_second};
    if (name == "capture")
    {
        auto script = parse_capture_script(with.settings.capture.script);
        if (!script) throw std::runtime_error(script.error().message);
        return {with.capture("capture", std::move(*script))};
    }
    throw std::runtime_error("there is no provider " + std::string(name));
}

}  // namespace

Providers::Providers(asio::any_io_executor executor, const Settings& settings, std::shared_ptr<Mailbox> mailbox,
                     const ReceiptSink& sink, const Clock& clock)
{
    const bool keep_content = mailbox != nullptr;
    if (!mailbox) mailbox = std::make_shared<Mailbox>();
    const Making with{std::move(executor), settings, keep_content, std::move(mailbox), sink, clock};
    all_.push_back(with.capture(std::string(kSimulatorName), {}));
    Provider* const simulator = all_.back().get();
    std::map<std::string, PoolMember> made;  // one provider may carry both channels
    std::vector<PoolMember> members;
    const auto add = [&](Channel channel, const std::vector<std::string>& names)
    {
        for (const std::string& name : names)
        {
            auto& member = made[name];
            if (member.provider == nullptr)
            {
                auto fresh = make_provider(name, with);
                const auto places = fresh.concurrency > 0 ? fresh.concurrency : settings.delivery.concurrency;
                member = {fresh.provider.get(), channel, static_cast<std::size_t>(places),
                          static_cast<double>(fresh.per_second)};
                all_.push_back(std::move(fresh.provider));
            }
            member.channel = channel;
            if (!member.provider->supports(channel))
                throw std::runtime_error(name + " does not carry " + std::string(to_string(channel)));
            members.push_back(member);
        }
    };
    add(Channel::email, settings.providers.email);
    add(Channel::sms, settings.providers.sms);
    pool_ = std::make_unique<ProviderPool>(std::move(members), simulator);
}

}  // namespace herald
