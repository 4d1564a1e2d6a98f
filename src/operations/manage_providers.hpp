// What operators decide about providers. Belongs to the Loop of its Database.
//
// An inactive provider is not used; the active ones of a channel share its messages by their priorities.
#pragma once

#include <optional>
#include <string>

#include "operations/manage_context.hpp"
#include "storage/provider_store.hpp"

namespace herald
{

struct ProviderChange
{
    ProviderUpdate update;
    std::optional<std::string> reason;  // for the history
    std::optional<std::string> author;  // a user's id or email address
};

// `channel` may be empty when one channel only has a provider of that name. not_found names the nearest there is;
// validation: the priority.
Task<Result<ProviderRow>> change_provider(ManageContext context, std::string name, std::optional<Channel> channel,
                                          ProviderChange change);
// By channel, then name, with how fast text messages arrive now.
Task<Result<std::vector<ProviderRow>>> list_providers(ManageContext context);
// What happened to one, or to all; newest first.
Task<Result<std::vector<ProviderEvent>>> list_provider_history(ManageContext context, std::optional<std::string> name,
                                                               std::optional<Channel> channel, std::int32_t most);

}  // namespace herald
