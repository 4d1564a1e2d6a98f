// POST /v2/notifications/bulk: a list of recipients becomes a job (cds-snc/notification-api, post_bulk)
//
// Security: the body was held to the server's limit; it is parsed, and the list read, one at a time on a thread of the
// pool, so that large ones hold up neither the loop nor, all together, the memory. Messages quote only what the caller
// himself sent, and no value of a list.

#include <fmt/format.h>

#include "domain/recipient_lists/csv_writer.hpp"
#include "http/accept_message.hpp"
#include "http/v2/handlers.hpp"
#include "http/v2/job_json.hpp"
#include "http/v2/schema.hpp"

namespace herald::http::v2
{

namespace
{

constexpr std::size_t kFewestRows = 2;  // the header and one
constexpr std::string_view kScheduledTooFar = "datetime can only be up to 168 hours in the future";
static_assert(kLongestSchedule == std::chrono::hours(168));

std::optional<std::string> check_rows(const json::value& value)
{
    if (!value.is_array()) return display(value) + " is not of type array";
    const std::size_t size = value.get_array().size();
    if (size < kFewestRows) return display(value) + " is too short";
    if (size > AcceptBulk::kMaxRows + 1) return "[...] is too long";  // the family repeats all of them
    return std::nullopt;
}

std::vector<Field> fields_of(Instant now)
{
    const ScheduleWords words{"datetime cannot be in the past", kScheduledTooFar};
    return {{"template_id", true, check_uuid},
            {"reference", false, check_reference},
            {"scheduled_for", false, schedule_check(now, now + kLongestSchedule, words)},
            {"reply_to_id", false, check_uuid_or_null},
            {"csv", false, check_string},
            {"rows", false, check_rows},
            {"name", true, check_reference}};
}

std::string_view python_name(const json::value& value)
{
    switch (value.kind())
    {
        case json::kind::null:
            return "NoneType";
        case json::kind::bool_:
            return "bool";
        case json::kind::double_:
            return "float";
        case json::kind::string:
            return "str";
        case json::kind::object:
            return "dict";
        default:
            return "int";
    }
}

std::string cell_of(const json::value& value)
{
    return value.is_null() ? std::string() : display(value);
}

Result<std::string> csv_of(const json::array& rows)
{
    std::string csv;
    std::vector<std::string> cells;
    for (const auto& row : rows)
    {
        if (!row.is_array())
            return fail(ErrorKind::bad_request,
                        fmt::format("Error converting to CSV: iterable expected, not {}", python_name(row)));
        cells.clear();
        for (const auto& cell : row.get_array()) cells.push_back(cell_of(cell));
        append_csv_record(csv, cells);
    }
    return csv;
}

Result<BulkRequest> read_bulk(const std::string& body, Instant now)
{
    const auto parsed = parse_json(body);
    if (!parsed)
        return fail(ErrorKind::bad_request,
                    "Error decoding arguments: The browser (or proxy) sent a request that this server could not "
                    "understand.");
    if (const auto valid = check_object(*parsed, fields_of(now)); !valid) return Failure(valid.error());
    const auto& form = parsed->get_object();
    const auto* rows = form.if_contains("rows");
    auto csv = text_member(form, "csv").value_or("");
    if ((rows != nullptr) == !csv.empty()) return fail(ErrorKind::bad_request, "You should specify either rows or csv");

    BulkRequest request{.template_id = *TemplateId::parse(*text_member(form, "template_id")),
                        .name = *text_member(form, "name"),
                        .reply_to_id = std::nullopt,
                        .scheduled_for = std::nullopt,
                        .csv = rows != nullptr ? csv_of(rows->get_array()) : Result<std::string>(std::move(csv)),
                        .idempotency_key = std::nullopt,
                        .digest = {}};
    if (const auto id = text_member(form, "reply_to_id")) request.reply_to_id = Uuid::parse(*id);
    if (const auto when = text_member(form, "scheduled_for")) request.scheduled_for = parse_iso8601(*when);
    const auto digest = sha256(body);
    request.digest.assign(digest.begin(), digest.end());
    return request;
}

Response refuse(const Error& error)
{
    return error_response(error, ErrorShape::v2);
}

Task<Response> answer(Request& request, Context& context)
{
    auto read = [body = std::move(request.body), now = context.clock.now()]
    {
        return read_bulk(body, now);
    };
    auto bulk = co_await context.bulk.pool().run(std::move(read));
    if (!bulk) co_return refuse(bulk.error());
    if (const auto key = request.header("Idempotency-Key")) bulk->idempotency_key = std::string(*key);

    AcceptBulk::Serialise serialise = [owner = request.principal.service](const Job& job)
    {
        const json::object shown{{"data", job_json(job, *owner)}};
        return to_wire(shown);
    };
    RateDecision rate;
    const auto made = co_await context.bulk.accept(request.principal.service, *request.principal.key, std::move(*bulk),
                                                   std::move(serialise), rate, request.deadline);
    co_return accepted_response(made, rate, refuse, context.clock.now());
}

}  // namespace

Task<Response> post_bulk(Request& request, Context& context)
{
    const auto place = co_await context.turnstile.enter(request.principal.service->service().id, request.deadline);
    if (!place) co_return refuse(place.error());
    try
    {
        co_return co_await answer(request, context);
    }
    catch (const CpuPoolFull&)
    {
        co_return refuse(Error(ErrorKind::unavailable, "Too many lists are being read; try again in a moment"));
    }
}

}  // namespace herald::http::v2
