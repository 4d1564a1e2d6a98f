#include "providers/smtp/smtp.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace herald
{
namespace
{

SmtpOptions checked(SmtpOptions options)
{
    if (const auto ok = check(options); !ok) throw std::invalid_argument(ok.error().message);
    return options;
}

asio::ssl::context make_tls(const SmtpOptions& options)
{
    asio::ssl::context tls(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
    boost::system::error_code error;
    if (options.ca_file.empty())
        tls.set_default_verify_paths(error);
    else
        tls.load_verify_file(options.ca_file, error);
    if (error) throw std::invalid_argument("the certificates for smtp cannot be read: " + error.message());
    return tls;
}

// Whether a connection that had been idle turned out to be gone before the message was begun: that says nothing about
// the server, and one more try on a fresh connection is due.
bool was_stale(const SmtpTrouble& trouble)
{
    constexpr int closing = 421;
    return trouble.step == SmtpStep::sender && (trouble.cause == SmtpCause::lost || trouble.code == closing);
}

}  // namespace

SmtpProvider::SmtpProvider(asio::any_io_executor executor, SmtpOptions options, const Clock& clock)
    : executor_(std::move(executor)),
      options_(checked(std::move(options))),
      clock_(clock),
      tls_(make_tls(options_)),
      pool_(options_)
{
}

Task<SendOutcome> SmtpProvider::send(const OutgoingMessage& message, Deadline deadline)
{
    auto reference = fmt::format("{}@{}", message.id.to_string(), options_.domain);
    const auto composed = compose_email(message, reference, clock_.now());
    // The words of these errors name the field that is wrong, never its value.
    if (!composed) co_return SendOutcome(SendStatus::rejected, {}, composed.error().message);

    const auto answer = co_await hand_over(*composed, deadline);
    SendOutcome outcome(SendStatus::accepted, std::move(reference));
    outcome.receipt_expected = false;
    if (answer)
        outcome.detail = answer->codes();
    else
    {
        outcome.status = status_of(answer.error());
        outcome.detail = describe(answer.error());
    }
    co_return outcome;
}

Task<SmtpSession::Answer> SmtpProvider::hand_over(const ComposedEmail& message, Deadline deadline)
{
    auto lease = co_await pool_.take(deadline);
    if (!lease || std::chrono::steady_clock::now() >= deadline)
    {
        SmtpTrouble late;
        late.cause = SmtpCause::timed_out;
        late.more = "no connection was free in time";
        co_return std::unexpected(std::move(late));
    }
    if (lease.session() != nullptr)
    {
        auto answer = co_await lease.session()->deliver(message, deadline);
        if (answer || !was_stale(answer.error())) co_return answer;
    }
    auto opened = co_await connect(lease, deadline);
    if (!opened) co_return opened;
    co_return co_await lease.session()->deliver(message, deadline);
}

Task<SmtpSession::Answer> SmtpProvider::connect(SmtpPool::Lease& lease, Deadline deadline)
{
    if (std::chrono::steady_clock::now() < login_paused_until_) co_return std::unexpected(login_trouble_);
    auto& session = lease.put(std::make_unique<SmtpSession>(executor_, options_, tls_));
    auto opened = co_await session.open(deadline);
    if (!opened && opened.error().step == SmtpStep::login && opened.error().cause == SmtpCause::answered)
    {
        login_trouble_ = opened.error();
        login_paused_until_ = deadline_in(options_.login_pause);
    }
    co_return opened;
}

Task<std::optional<Receipt>> SmtpProvider::look_up(NotificationId, std::string_view, Deadline)
{
    co_return std::nullopt;
}

}  // namespace herald
