// What operators decide about providers. Belongs to the Loop of its Database.
//
// An inactive provider is not used. Sharing a channel's traffic out by priority, and failing over, come later: today
// the settings providers.email and providers.sms name the one that is used.
#pragma once

#include <optional>
#include <string>

#include "operations/manage_context.hpp"
#include "storage/provider_store.hpp"

namespace herald
{

struct ProviderChange
{
    std::optional<std::int32_t> priority;  // 0..100
    std::optional<bool> active;
    std::optional<std::string> author;  // a user's id or email address
};

// `channel` may be empty when one channel only has a provider of that name. not_found names the nearest there is;
// validation: the priority.
Task<Result<ProviderRow>> change_provider(ManageContext context, std::string name, std::optional<Channel> channel,
                                          ProviderChange change);

}  // namespace herald
