#include "http/routes.hpp"

#include "http/callbacks/handlers.hpp"
#include "http/console/mailbox_page.hpp"
#include "http/internal/handlers.hpp"
#include "http/system/handlers.hpp"
#include "http/unsubscribe/handlers.hpp"
#include "http/v1/handlers.hpp"
#include "http/v2/handlers.hpp"

namespace herald::http
{

std::array<std::span<const Route>, 3> public_route_tables()
{
    return {v2::routes(), v1::routes(), system::routes()};
}

void add_all_routes(Router& router)
{
    for (const auto table : public_route_tables()) router.add(table);
    router.add(v2::fallback_routes());
    router.add(internal::routes());
    router.add(callbacks::routes());
    router.add(console_routes());
    router.add(unsubscribe::routes());
}

}  // namespace herald::http
