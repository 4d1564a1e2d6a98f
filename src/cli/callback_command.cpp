// herald callback
#include <fmt/format.h>

#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct List
{
    std::optional<std::string> service;
};

struct Log
{
    std::string service;
    std::string notification;
    std::int32_t most = 50;
};

struct Resume
{
    std::string service;
    std::string type;
};

std::string state_of(const EndpointState& endpoint)
{
    if (endpoint.paused_since) return "paused";
    return endpoint.failures > 0 ? "failing" : "well";
}

json::object json_of(const EndpointState& endpoint)
{
    return {{"service", json::object{{"id", endpoint.service_id.to_string()}, {"name", endpoint.service_name}}},
            {"type", to_string(endpoint.type)},
            {"url", endpoint.url},
            {"state", state_of(endpoint)},
            {"failures", endpoint.failures},
            {"failing_since", json_moment(endpoint.failing_since)},
            {"paused_since", json_moment(endpoint.paused_since)},
            {"probe_at", json_moment(endpoint.probe_at)},
            {"waiting", endpoint.waiting}};
}

Row row_of(const EndpointState& endpoint)
{
    return {endpoint.service_name,
            std::string(to_string(endpoint.type)),
            state_of(endpoint),
            std::to_string(endpoint.failures),
            moment(endpoint.failing_since),
            moment(endpoint.probe_at),
            std::to_string(endpoint.waiting),
            endpoint.url};
}

Result<Answer> show_endpoints(const Result<std::vector<EndpointState>>& endpoints)
{
    return show_list(endpoints, {"SERVICE", "TYPE", "STATE", "FAILURES", "SINCE", "NEXT PROBE", "WAITING", "URL"},
                     row_of, [](const EndpointState& endpoint) { return json_of(endpoint); });
}

json::object json_of(const CallbackAttempt& attempt)
{
    json::object object{{"at", json_moment(attempt.at)},
                        {"type", to_string(attempt.type)},
                        {"subject_id", attempt.subject_id.to_string()},
                        {"notification_id", nullptr},
                        {"attempt", attempt.attempt},
                        {"outcome", to_string(attempt.outcome)},
                        {"status", nullptr},
                        {"milliseconds", attempt.took.count()},
                        {"detail", json_text(attempt.detail)}};
    if (attempt.notification_id) object["notification_id"] = attempt.notification_id->to_string();
    if (attempt.status) object["status"] = *attempt.status;
    return object;
}

Row row_of(const CallbackAttempt& attempt)
{
    return {moment(attempt.at),
            std::string(to_string(attempt.type)),
            attempt.subject_id.to_string(),
            std::to_string(attempt.attempt),
            std::string(to_string(attempt.outcome)),
            attempt.status ? std::to_string(*attempt.status) : "-",
            fmt::format("{} ms", attempt.took.count()),
            attempt.detail};
}

Result<Answer> list(const Administration& administration, const List& arguments)
{
    return show_endpoints(administration.list_callback_endpoints(arguments.service));
}

Result<Answer> log_of(const Administration& administration, const Log& arguments)
{
    return show_list(
        administration.list_callback_attempts(arguments.service, arguments.notification, arguments.most),
        {"WHEN", "TYPE", "ABOUT", "ATTEMPT", "OUTCOME", "STATUS", "TOOK", "DETAIL"}, [](const CallbackAttempt& attempt)
        { return row_of(attempt); }, [](const CallbackAttempt& attempt) { return json_of(attempt); });
}

Result<Answer> resume(const Administration& administration, const Resume& arguments)
{
    return show_endpoints(administration.resume_callbacks(arguments.service, arguments.type));
}

}  // namespace

void add_callback_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "callback", "How calling services back goes");
    noun->footer("`herald service callback` sets where a service hears of its messages.");

    auto* list_verb = noun->add_subcommand("list", "Every endpoint: how it does, and how much waits for it");
    auto list_arguments = std::make_shared<List>();
    list_verb->add_option("--service", list_arguments->service, "Id or name of one service");
    on_call(list_verb, context, list_arguments, list);

    auto* log_verb = noun->add_subcommand("log", "The calls to a service, the newest first");
    auto log_arguments = std::make_shared<Log>();
    log_verb->add_option("--service", log_arguments->service, "Id or name of the service")->required();
    log_verb->add_option("--notification", log_arguments->notification, "Only those about this message");
    log_verb->add_option("--limit", log_arguments->most, "How many")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    log_verb->footer(
        "Kept for 30 days. An outcome is delivered, retry, gave_up, or held (the endpoint is paused: the try does not "
        "count).\n\n  herald callback log --service 'Town hall' --limit 10");
    on_call(log_verb, context, log_arguments, log_of);

    auto* resume_verb =
        noun->add_subcommand("resume", "End a pause now, rather than with the next probe that succeeds");
    auto resume_arguments = std::make_shared<Resume>();
    resume_verb->add_option("--service", resume_arguments->service, "Id or name of the service")->required();
    resume_verb->add_option("--type", resume_arguments->type, "delivery_status, complaint or inbound_sms; else all");
    resume_verb->footer("  herald callback resume --service 'Town hall' --type delivery_status");
    on_call(resume_verb, context, resume_arguments, resume);
}

}  // namespace herald::cli
