// A provider that is only there to be chosen: it takes everything and tells nothing.
#pragma once

#include <string>
#include <utility>

#include "providers/provider.hpp"

namespace herald::testing
{

class NamedProvider final : public Provider
{
public:
    explicit NamedProvider(std::string name) : name_(std::move(name)) {}
    [[nodiscard]] std::string_view name() const override { return name_; }
    [[nodiscard]] bool supports(Channel) const override { return true; }
    Task<SendOutcome> send(const OutgoingMessage& message, Deadline) override
    {
        co_return SendOutcome(SendStatus::accepted, message.id.to_string());
    }
    Task<std::optional<Receipt>> look_up(NotificationId, std::string_view, Deadline) override
    {
        co_return std::nullopt;
    }

private:
    std::string name_;
};

}  // namespace herald::testing
