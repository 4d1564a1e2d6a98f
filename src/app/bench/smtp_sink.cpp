#include "app/bench/smtp_sink.hpp"

namespace herald::bench
{

namespace
{

constexpr std::string_view kIdHeader = "X-Notification-Id: ";
constexpr std::string_view kFine = "250 2.0.0 fine\r\n";

}  // namespace

std::string_view SmtpConversation::hear(std::string_view line)
{
    ended_message_.reset();
    if (in_content_) return hear_content(line);
    if (line.starts_with("EHLO")) return "250-sink.localhost\r\n250-SIZE 10000000\r\n250 8BITMIME\r\n";
    if (line == "DATA")
    {
        in_content_ = true;
        message_.reset();
        return "354 go ahead\r\n";
    }
    over_ = line == "QUIT";
    return over_ ? "221 2.0.0 bye\r\n" : kFine;
}

std::string_view SmtpConversation::hear_content(std::string_view line)
{
    if (line == ".")
    {
        in_content_ = false;
        ended_message_ = message_;
        return message_ ? "" : "554 5.6.0 it names no notification\r\n";
    }
    if (!message_ && line.starts_with(kIdHeader)) message_ = NotificationId::parse(line.substr(kIdHeader.size()));
    return {};
}

Task<> SmtpSink::serve(Socket& socket)
{
    co_await write(socket, SmtpConversation::kGreeting);
    SmtpConversation conversation;
    std::string received;
    while (!conversation.is_over())
    {
        co_await read(socket, received);
        std::size_t used = 0;
        for (auto end = received.find("\r\n"); end != std::string::npos; end = received.find("\r\n", used))
        {
            const auto reply = conversation.hear(std::string_view(received).substr(used, end - used));
            used = end + 2;
            if (!reply.empty()) co_await write(socket, reply);
            const auto message = conversation.ended_message();
            if (message && !co_await answer(socket, *message)) co_return;
        }
        received.erase(0, used);
    }
}

Task<bool> SmtpSink::answer(Socket& socket, NotificationId id)
{
    switch (offer(id))
    {
        case SinkAnswer::throttle:
            co_await write(socket, "451 4.7.1 too much, for now\r\n");
            co_return true;
        case SinkAnswer::fail:
            co_await write(socket, "554 5.3.0 not here\r\n");
            co_return true;
        case SinkAnswer::cut:
            co_return false;
        case SinkAnswer::slow:
            co_await sleep_for(kSlowAnswer);
            break;
        case SinkAnswer::take:
            break;
    }
    co_await write(socket, kFine);
    co_return true;
}

}  // namespace herald::bench
