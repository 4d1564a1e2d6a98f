#include "http/callbacks/handlers.hpp"

namespace herald::http::callbacks
{

namespace
{

constexpr Route kRoutes[] = {
    {Method::post, "/notifications/email/ses", Auth::sns_signed, ErrorShape::internal, receive_ses_event},
    // The family polls its provider for these; a topic tells them at once.
    {Method::post, "/notifications/sms/sns", Auth::sns_signed, ErrorShape::internal, receive_sms_status},
    {Method::post, kInboundSmsPath, Auth::sns_signed, ErrorShape::internal, receive_inbound_sms},
};

}  // namespace

std::span<const Route> routes()
{
    return kRoutes;
}

}  // namespace herald::http::callbacks
