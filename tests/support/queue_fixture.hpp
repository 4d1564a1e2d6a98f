// What tests ask a DeliveryQueue for.
#pragma once

#include <string>

#include "queue/queue.hpp"

namespace herald::testing
{

// Room for so many of each channel and of the test lane; all of it goes to `provider`.
inline ClaimRoom room_for(std::size_t most, const std::string& provider = "capture")
{
    const ClaimShare share{most, provider, provider, {}};
    return ClaimRoom{share, share, share};
}

}  // namespace herald::testing
