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
    options.port = static_cast<std::uint16_t>(settings.smtp.port);
    options.tls = settings.smtp.tls == "none"       ? SmtpTls::none
                  : settings.smtp.tls == "implicit" ? SmtpTls::implicit
                                                    : SmtpTls::starttls;
    options.username = settings.smtp.username;
    options.password = settings.smtp.password;
    options.connections = static_cast<std::size_t>(settings.smtp.connections);
    return options;
}

}  // namespace

Providers::Providers(asio::any_io_executor executor, const Settings& settings, std::shared_ptr<Mailbox> mailbox,
                     const ReceiptSink& sink, const Clock& clock)
{
    const bool keep_content = mailbox != nullptr;
    if (!mailbox) mailbox = std::make_shared<Mailbox>();
    const auto capture = [&](std::string name)
    {
        CaptureOptions options;
        options.name = std::move(name);
        options.keep_content = keep_content;
        all_.push_back(std::make_unique<CaptureProvider>(executor, std::move(options), mailbox, sink, clock));
        return all_.back().get();
    };
    set_.simulator = capture("simulator");
    Provider* kept = capture("capture");
    set_.sms = kept;
    set_.email = kept;
    if (settings.providers.email != "smtp") return;
    const auto options = smtp_options(settings);
    if (auto valid = options.validate(); !valid) throw std::runtime_error(valid.error().message);
    all_.push_back(std::make_unique<SmtpProvider>(executor, options, clock));
    set_.email = all_.back().get();
}

}  // namespace herald
