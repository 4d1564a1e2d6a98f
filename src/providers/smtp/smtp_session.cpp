#include "providers/smtp/smtp_session.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace herald
{
namespace
{

constexpr std::string_view kLastLine = ".\r\n";
constexpr int kSuccess = 2;  // the kinds of reply (RFC 5321 section 4.2.1)
constexpr int kGoOn = 3;
constexpr int kClosing = 421;

SmtpTrouble trouble_at(SmtpStep step, SmtpCause cause, std::string more = {})
{
    SmtpTrouble out;
    out.step = step;
    out.cause = cause;
    out.more = std::move(more);
    return out;
}

// RFC 5321 section 4.5.2: a line that begins with a dot gets another one.
std::string with_dots_doubled(std::string_view content)
{
    std::string out;
    out.reserve(content.size() + content.size() / 64 + 2);
    while (!content.empty())
    {
        const auto end = content.find('\n');
        const auto line = content.substr(0, end == std::string_view::npos ? end : end + 1);
        if (line.front() == '.') out.push_back('.');
        out.append(line);
        content.remove_prefix(line.size());
    }
    if (!out.ends_with("\r\n")) out.append("\r\n");
    return out;
}

}  // namespace

SmtpSession::SmtpSession(asio::any_io_executor executor, const SmtpOptions& options, asio::ssl::context& tls)
    : options_(options), stream_(std::move(executor), tls)
{
}

Task<SmtpSession::Answer> SmtpSession::open(Deadline deadline)
{
    stream_.set_deadline(deadline);
    if (const auto error = co_await stream_.connect(options_.host, options_.port))
        co_return lost(SmtpStep::connect, error);
    if (options_.tls == SmtpTls::implicit)
        if (const auto error = co_await stream_.start_tls(options_.host)) co_return lost(SmtpStep::tls, error);

    auto step = co_await greet();
    if (step && options_.tls == SmtpTls::starttls) step = co_await encrypt();
    if (step && !options_.username.empty()) step = co_await log_in();
    if (step) open_ = true;
    if (!step) stream_.close();
    co_return step;
}

Task<SmtpSession::Answer> SmtpSession::greet()
{
    auto greeting = co_await answer(SmtpStep::greeting, kSuccess);
    if (greeting) greeting = co_await say_hello();
    co_return greeting;
}

Task<SmtpSession::Answer> SmtpSession::say_hello()
{
    auto hello = co_await command(SmtpStep::hello, fmt::format("EHLO {}", options_.domain), kSuccess);
    if (hello) hello_ = *hello;
    co_return hello;
}

Task<SmtpSession::Answer> SmtpSession::encrypt()
{
    if (!offered(hello_, "STARTTLS")) co_return end(trouble_at(SmtpStep::tls, SmtpCause::not_offered, "STARTTLS"));
    auto ready = co_await command(SmtpStep::tls, "STARTTLS", kSuccess);
    if (!ready) co_return ready;
    if (!received_.empty()) co_return end(trouble_at(SmtpStep::tls, SmtpCause::nonsense));
    hello_ = {};
    if (const auto error = co_await stream_.start_tls(options_.host)) co_return lost(SmtpStep::tls, error);
    co_return co_await say_hello();
}

Task<SmtpSession::Answer> SmtpSession::log_in()
{
    const std::string ways(offered(hello_, "AUTH").value_or(""));
    if (lists_word(ways, "PLAIN"))
    {
        // RFC 4616: no authorization identity, then name and password, each after a NUL.
        std::string secret(1, '\0');
        secret.append(options_.username).append(1, '\0').append(options_.password);
        co_return co_await command(SmtpStep::login, "AUTH PLAIN " + base64_encode(secret), kSuccess);
    }
    if (lists_word(ways, "LOGIN")) co_return co_await log_in_by_steps();
    co_return end(trouble_at(SmtpStep::login, SmtpCause::not_offered, "AUTH PLAIN or LOGIN"));
}

Task<SmtpSession::Answer> SmtpSession::log_in_by_steps()
{
    auto step = co_await command(SmtpStep::login, "AUTH LOGIN", kGoOn);
    if (step) step = co_await command(SmtpStep::login, base64_encode(options_.username), kGoOn);
    if (step) step = co_await command(SmtpStep::login, base64_encode(options_.password), kSuccess);
    co_return step;
}

Task<SmtpSession::Answer> SmtpSession::deliver(const ComposedEmail& message, Deadline deadline)
{
    stream_.set_deadline(deadline);
    auto step = co_await begin(message);
    if (step) step = co_await hand_over(with_dots_doubled(message.content));
    if (step) ++delivered_;
    co_return step;
}

Task<SmtpSession::Answer> SmtpSession::begin(const ComposedEmail& message)
{
    std::string parameters;
    if (message.needs_smtputf8)
    {
        if (!offered(hello_, "SMTPUTF8"))
            co_return end(trouble_at(SmtpStep::sender, SmtpCause::cannot_take, "SMTPUTF8"));
        parameters = " BODY=8BITMIME SMTPUTF8";
    }
    if (offered(hello_, "SIZE")) parameters += fmt::format(" SIZE={}", message.content.size());
    if (in_transaction_)
    {
        const auto reset = co_await command(SmtpStep::sender, "RSET", kSuccess);
        if (!reset) co_return reset;
        in_transaction_ = false;
    }
    auto step =
        co_await command(SmtpStep::sender, fmt::format("MAIL FROM:<{}>{}", message.from.text, parameters), kSuccess);
    in_transaction_ = true;
    if (step) step = co_await command(SmtpStep::recipient, fmt::format("RCPT TO:<{}>", message.to.text), kSuccess);
    if (step) step = co_await command(SmtpStep::data, "DATA", kGoOn);
    co_return step;
}

// RFC 5321 section 4.1.1.4: without the line that ends it, a server must not act on a message. So that line is written
// by itself, and what goes wrong before leaves no doubt.
Task<SmtpSession::Answer> SmtpSession::hand_over(std::string content)
{
    if (const auto error = co_await stream_.write(content)) co_return lost(SmtpStep::data, error);
    if (const auto error = co_await stream_.write(kLastLine)) co_return lost(SmtpStep::content, error);
    in_transaction_ = false;
    co_return co_await answer(SmtpStep::content, kSuccess);
}

Task<SmtpSession::Answer> SmtpSession::command(SmtpStep step, std::string line, int kind)
{
    // We never ask two things at once, so whatever is here is the answer to nothing.
    if (!received_.empty()) co_return end(trouble_at(step, SmtpCause::nonsense));
    line.append("\r\n");
    if (const auto error = co_await stream_.write(line)) co_return lost(step, error);
    co_return co_await answer(step, kind);
}

Task<SmtpSession::Answer> SmtpSession::answer(SmtpStep step, int kind)
{
    auto found = read_smtp_reply(received_);
    while (found.state == SmtpReplyRead::State::incomplete)
    {
        if (const auto error = co_await stream_.read(received_)) co_return lost(step, error);
        found = read_smtp_reply(received_);
    }
    if (found.state == SmtpReplyRead::State::malformed) co_return end(trouble_at(step, SmtpCause::nonsense));
    received_.erase(0, found.used);
    if (found.reply.kind() == kind) co_return std::move(found.reply);

    auto trouble = trouble_at(step, SmtpCause::answered);
    trouble.code = found.reply.code;
    trouble.enhanced = found.reply.enhanced;
    if (trouble.code == kClosing) co_return end(std::move(trouble));
    co_return std::unexpected(std::move(trouble));
}

SmtpSession::Answer SmtpSession::lost(SmtpStep step, const boost::system::error_code& error)
{
    if (stream_.timed_out()) return end(trouble_at(step, SmtpCause::timed_out));
    return end(trouble_at(step, SmtpCause::lost, error.message()));
}

SmtpSession::Answer SmtpSession::end(SmtpTrouble trouble)
{
    // A message that this server cannot take is no reason to leave it.
    if (trouble.cause != SmtpCause::cannot_take)
    {
        open_ = false;
        stream_.close();
    }
    return std::unexpected(std::move(trouble));
}

void SmtpSession::leave()
{
    open_ = false;
    stream_.close_after("QUIT\r\n");
}

}  // namespace herald
