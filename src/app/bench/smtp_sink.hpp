// An SMTP server that takes messages, or does not: Sink.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/bench/sink.hpp"

namespace herald::bench
{

// The server's side of one connection: lines in, replies out. No I/O.
class SmtpConversation
{
public:
    static constexpr std::string_view kGreeting = "220 sink.localhost ESMTP\r\n";

    // `line` without its end. The reply, with its end; empty: none is due.
    [[nodiscard]] std::string_view hear(std::string_view line);
    // The message that the last line has ended, and to which hear() left the reply to the caller; a message without
    // X-Notification-Id is refused by hear() itself.
    [[nodiscard]] std::optional<NotificationId> ended_message() const { return ended_message_; }
    [[nodiscard]] bool is_over() const { return over_; }

private:
    [[nodiscard]] std::string_view hear_content(std::string_view line);

    bool in_content_ = false;
    bool over_ = false;
    std::optional<NotificationId> message_;
    std::optional<NotificationId> ended_message_;
};

class SmtpSink final : public Sink
{
public:
    explicit SmtpSink(SinkLedger& ledger) : Sink("smtp_sink", ledger) {}
    ~SmtpSink() override { halt(); }

private:
    Task<> serve(Socket& socket) override;
    // False when the connection is to be cut.
    Task<bool> answer(Socket& socket, NotificationId id);
};

}  // namespace herald::bench
