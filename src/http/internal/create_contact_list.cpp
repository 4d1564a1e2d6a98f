// POST /service/{service_id}/contact-list: notes a file that the admin app has put into the object store.
//
// Security: the body was parsed with limits on size and depth and holds no NUL; messages quote only what the caller
// himself sent.

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "http/internal/contact_list_json.hpp"
#include "http/internal/handlers.hpp"
#include "http/internal/requests.hpp"
#include "http/json_body.hpp"
#include "http/v2/schema.hpp"

namespace herald::http::internal
{

namespace
{

// A number without a fraction that is a count of rows.
std::optional<std::int32_t> count_of(const json::value& value)
{
    if (!value.is_number()) return std::nullopt;
    const auto number = value.to_number<double>();
    if (std::trunc(number) != number || number < 0 || number > std::numeric_limits<std::int32_t>::max())
        return std::nullopt;
    return static_cast<std::int32_t>(number);
}

std::optional<std::string> check_count(const json::value& value)
{
    if (count_of(value)) return std::nullopt;
    return fmt::format("{} is not of type integer", v2::display(value));
}

std::optional<std::string> check_channel(const json::value& value)
{
    if (value.is_string() && parse_channel(value.get_string())) return std::nullopt;
    return fmt::format("{} is not one of [email, sms]", v2::display(value));
}

Result<NewContactList> read_contact_list(const json::value& body)
{
    const std::vector<v2::Field> fields = {
        {"id", true, v2::check_uuid},         {"original_file_name", true, v2::check_string},
        {"row_count", true, check_count},     {"template_type", true, check_channel},
        {"created_by", true, v2::check_uuid},
    };
    if (const auto checked = v2::check_object(body, fields, true); !checked) return Failure(checked.error());
    const auto& object = body.get_object();
    NewContactList wanted;
    wanted.id = ContactListId::parse(object.at("id").get_string()).value();
    wanted.original_file_name = object.at("original_file_name").get_string();
    wanted.row_count = count_of(object.at("row_count")).value();
    wanted.channel = parse_channel(object.at("template_type").get_string()).value();
    wanted.created_by = UserId::parse(object.at("created_by").get_string()).value();
    return wanted;
}

}  // namespace

Task<Response> create_contact_list(Request& request, Context& context)
{
    const auto body = read_json_body(request);
    if (!body) co_return error_response(body.error(), ErrorShape::internal);
    auto wanted = read_contact_list(*body);
    if (!wanted) co_return error_response(wanted.error(), ErrorShape::internal);
    const auto owner = co_await service_of(request, context);
    if (!owner) co_return no_result();
    const auto made = co_await herald::create_contact_list(contact_list_context(request, context), owner->service(),
                                                           std::move(*wanted));
    if (!made) co_return error_response(made.error(), ErrorShape::internal);
    co_return json_response(201, contact_list_json(*made, owner->service().id));
}

}  // namespace herald::http::internal
