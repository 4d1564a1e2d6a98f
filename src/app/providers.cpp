#include "app/providers.hpp"

#include <stdexcept>

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

}  // namespace

Providers::Providers(asio::any_io_executor executor, const Settings& settings, std::shared_ptr<Mailbox> mailbox,
                     const ReceiptSink& sink, const Clock& clock)
{
    const bool keep_content = mailbox != nullptr;
    if (!mailbox) mailbox = std::make_shared<Mailbox>();
    auto script = parse_capture_script(settings.capture.script);
    if (!script) throw std::runtime_error(script.error().message);
    const auto capture = [&](std::string name, CaptureScript pretends)
    {
        CaptureOptions options;
        options.name = std::move(name);
        options.keep_content = keep_content;
        options.script = std::move(pretends);
        all_.push_back(std::make_unique<CaptureProvider>(executor, std::move(options), mailbox, sink, clock));
        return all_.back().get();
    };
    set_.simulator = capture("simulator", {});
    Provider* kept = capture("capture", std::move(*script));
    set_.sms = kept;
    set_.email = kept;
    if (settings.providers.email != "smtp") return;
    all_.push_back(std::make_unique<SmtpProvider>(executor, smtp_options(settings), clock));
    set_.email = all_.back().get();
}

}  // namespace herald
