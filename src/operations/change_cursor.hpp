// Where a service is in the change feed, as text that it keeps.
//
// Security: it comes back from outside. It is signed and bound to its service, so nobody goes on from a place that we
// did not name; and it opens nothing, because what is read behind it is the caller's own.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "storage/change_store.hpp"

namespace herald
{

// `lineage`: ChangeState's. Opaque, of 55 characters that need no escaping in a URL.
std::string change_cursor(const KeyRing& keys, ServiceId service, std::string_view lineage, ChangePlace place);

// validation: it is no cursor of this service. bad_request: it was one, but the numbers it goes by are of another
// lineage; the text says how to go on.
Result<ChangePlace> read_change_cursor(const KeyRing& keys, ServiceId service, std::string_view lineage,
                                       std::string_view text);

}  // namespace herald
