#include "app/bench/ses_sink.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/json.hpp"
#include "providers/aws/ses.hpp"

namespace herald::bench
{

namespace
{

constexpr std::string_view kRequestLine = "POST /v2/email/outbound-emails HTTP/1.1\r\n";
constexpr std::string_view kLength = "\r\nContent-Length: ";
constexpr std::string_view kEnd = "\r\n\r\n";

std::string http_answer(std::string_view status, std::string_view error, std::string_view body)
{
    const auto type = error.empty() ? std::string() : fmt::format("x-amzn-ErrorType: {}\r\n", error);
    return fmt::format("HTTP/1.1 {}\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}", status, type,
                       body.size(), body);
}

std::string_view text_at(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

}  // namespace

std::optional<std::size_t> size_of_request(std::string_view received)
{
    const auto end = received.find(kEnd);
    if (end == std::string_view::npos) return std::nullopt;
    std::size_t body = 0;
    const auto length = received.substr(0, end).find(kLength);
    if (length != std::string_view::npos)
        std::from_chars(received.data() + length + kLength.size(), received.data() + end, body);
    const auto size = end + kEnd.size() + body;
    return received.size() >= size ? std::optional(size) : std::nullopt;
}

std::optional<NotificationId> tagged_notification(std::string_view request)
{
    const auto end = request.find(kEnd);
    if (!request.starts_with(kRequestLine) || end == std::string_view::npos) return std::nullopt;
    const auto body = parse_json(request.substr(end + kEnd.size()));
    const auto* tags = body && body->is_object() ? body->get_object().if_contains("EmailTags") : nullptr;
    if (tags == nullptr || !tags->is_array()) return std::nullopt;
    for (const auto& tag : tags->get_array())
    {
        if (tag.is_object() && text_at(tag.get_object(), "Name") == SesProvider::kNotificationTag)
            return NotificationId::parse(text_at(tag.get_object(), "Value"));
    }
    return std::nullopt;
}

Task<> SesSink::serve(Socket& socket)
{
    std::string received;
    for (;;)
    {
        auto size = size_of_request(received);
        while (!size)
        {
            co_await read(socket, received);
            size = size_of_request(received);
        }
        const auto id = tagged_notification(std::string_view(received).substr(0, *size));
        received.erase(0, *size);
        if (!id)
            co_await write(socket, http_answer("400 Bad Request", "BadRequestException", "{}"));
        else if (!co_await answer(socket, *id))
            co_return;
    }
}

Task<bool> SesSink::answer(Socket& socket, NotificationId id)
{
    switch (offer(id))
    {
        case SinkAnswer::throttle:
            co_await write(socket, http_answer("429 Too Many Requests", "TooManyRequestsException",
                                               R"({"message": "Maximum sending rate exceeded."})"));
            co_return true;
        case SinkAnswer::fail:
            co_await write(socket, http_answer("500 Internal Server Error", "InternalFailure", "{}"));
            co_return true;
        case SinkAnswer::cut:
            co_return false;
        case SinkAnswer::slow:
            co_await sleep_for(kSlowAnswer);
            break;
        case SinkAnswer::take:
            break;
    }
    const auto reference = make_uuid_v4().to_string();
    co_await write(socket, http_answer("200 OK", "", fmt::format(R"({{"MessageId": "{}"}})", reference)));
    co_return true;
}

}  // namespace herald::bench
