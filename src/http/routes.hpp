// Every table of routes.
#pragma once

#include <array>
#include <span>

#include "http/server/router.hpp"

namespace herald::http
{

// What api/openapi.json describes, and nothing that it does not.
std::array<std::span<const Route>, 3> public_route_tables();

// The public ones, their fallbacks, the internal API of the admin app, what providers post to, and what is for people:
// the mailbox page (a 404 where there is no mailbox), the unsubscribe links of emails.
void add_all_routes(Router& router);

}  // namespace herald::http
