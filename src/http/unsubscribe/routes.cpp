#include "http/unsubscribe/handlers.hpp"

namespace herald::http::unsubscribe
{

namespace
{

constexpr Route kRoutes[] = {
    {Method::get, "/unsubscribe/{token}", Auth::signed_link, ErrorShape::internal, get_confirmation},
    {Method::post, "/unsubscribe/{token}", Auth::signed_link, ErrorShape::internal, post_unsubscribe},
};

}  // namespace

std::span<const Route> routes()
{
    return kRoutes;
}

}  // namespace herald::http::unsubscribe
