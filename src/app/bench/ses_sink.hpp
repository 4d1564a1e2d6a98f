// What SES looks like to our client (POST /v2/email/outbound-emails), without checking signatures: Sink.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/bench/sink.hpp"

namespace herald::bench
{

// How many bytes the HTTP request at the beginning of `received` takes; nullopt: it is not complete yet.
std::optional<std::size_t> size_of_request(std::string_view received);
// Whose email a whole request carries, by its tag. nullopt: it is none that SES would take.
std::optional<NotificationId> tagged_notification(std::string_view request);

class SesSink final : public Sink
{
public:
    explicit SesSink(SinkLedger& ledger) : Sink("ses_sink", ledger) {}
    ~SesSink() override { halt(); }

private:
    Task<> serve(Socket& socket) override;
    // False when the connection is to be cut.
    Task<bool> answer(Socket& socket, NotificationId id);
};

}  // namespace herald::bench
