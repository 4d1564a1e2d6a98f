// POST /service/{service_id}/job: sends to a file that the admin app has put into the object store, whose metadata says
// what is to be sent.
//
// Security: the body was parsed with limits on size and depth and holds no NUL. What the metadata names (template,
// sender) is looked for among the service's own.

#include "http/field_errors.hpp"
#include "http/internal/handlers.hpp"
#include "http/internal/job_json.hpp"
#include "http/internal/requests.hpp"
#include "http/json_body.hpp"
#include "storage/user_store.hpp"

namespace herald::http::internal
{

namespace
{

// As the family writes it, the space at the end included.
constexpr std::string_view kInactive = "Create job is not allowed: service is inactive ";
constexpr std::string_view kMissing = "Missing data for required field.";

// nullptr: there is none, or it is null.
const json::value* member(const json::object& body, std::string_view name)
{
    const auto* value = body.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

template <class IdType>
std::optional<IdType> read_id(const json::object& body, std::string_view name, bool required, FieldErrors& errors)
{
    const auto* value = member(body, name);
    if (value == nullptr)
    {
        if (required) errors.add(name, std::string(kMissing));
        return std::nullopt;
    }
    const auto id = value->is_string() ? IdType::parse(value->get_string()) : std::nullopt;
    if (!id) errors.add(name, "Not a valid UUID.");
    return id;
}

// As the admin app writes it: UTC, with or without saying so.
std::optional<Instant> read_schedule(const json::object& body, FieldErrors& errors)
{
    const auto* value = member(body, "scheduled_for");
    if (value == nullptr) return std::nullopt;
    const auto moment = value->is_string() ? parse_iso8601(value->get_string()) : std::nullopt;
    if (!moment) errors.add("scheduled_for", "Not a valid datetime.");
    return moment;
}

NewJob read_job(const json::value& body, FieldErrors& errors)
{
    NewJob wanted;
    if (!body.is_object())
    {
        errors.add("_schema", "Invalid input type.");
        return wanted;
    }
    const auto& object = body.get_object();
    wanted.id = read_id<JobId>(object, "id", true, errors).value_or(JobId{});
    if (!errors.empty()) return wanted;
    wanted.created_by_id = read_id<UserId>(object, "created_by", true, errors);
    wanted.contact_list_id = read_id<Uuid>(object, "contact_list_id", false, errors);
    wanted.scheduled_for = read_schedule(object, errors);
    return wanted;
}

// The family says by field what it finds in the request, and the rest as text.
Response refuse(const Error& error)
{
    if (error.kind == ErrorKind::validation)
    {
        const auto* field = error.message == kMissing ? "id" : "scheduled_for";
        return FieldErrors(field, error.message).response();
    }
    if (error.kind == ErrorKind::bad_request && error.message == "Template has been deleted")
        return FieldErrors("template", error.message).response();
    return error_response(error, ErrorShape::internal);
}

}  // namespace

Task<Response> create_job(Request& request, Context& context)
{
    const auto owner = co_await service_of(request, context);
    if (!owner) co_return no_result();
    if (!owner->service().active) co_return internal_error_response(403, kInactive);
    const auto body = read_json_body(request);
    if (!body) co_return error_response(body.error(), ErrorShape::internal);
    FieldErrors errors;
    auto wanted = read_job(*body, errors);
    if (!errors.empty()) co_return errors.response();

    const auto author = co_await UserStore(context.database).find(*wanted.created_by_id, request.deadline);
    if (!author) co_return FieldErrors("created_by", "There is no such user").response();
    if (wanted.contact_list_id)
    {
        const auto list = co_await herald::find_contact_list(contact_list_context(request, context), owner->service(),
                                                             ContactListId{*wanted.contact_list_id});
        if (!list) co_return no_result();
    }
    auto made = co_await herald::create_job(job_context(request, context, context.database), owner->service().id,
                                            std::move(wanted));
    if (!made) co_return refuse(made.error());
    JobReport report;
    report.job = std::move(*made);
    json::object answer;
    answer["data"] = co_await job_json(std::move(report), owner, context, request.deadline);
    co_return json_response(201, answer);
}

}  // namespace herald::http::internal
