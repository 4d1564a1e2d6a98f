// Private to app/administration*.cpp: how each of its answers is come by.
#pragma once

#include <fmt/format.h>

#include "app/administration.hpp"
#include "app/options.hpp"
#include "runtime/task_scope.hpp"
#include "storage/pg/migrator.hpp"

namespace herald
{

inline constexpr auto kTimeout = seconds(30);

// Connects with a database of its own, runs `work` and disconnects, whatever happens. The Error says when it is the
// database that is wrong.
template <class T>
Task<Result<T>> with_database(const Settings& settings, const std::function<Task<Result<T>>(pg::Database&)>& work)
{
    pg::Database database(co_await asio::this_coro::executor, database_options(settings, "cli", 1));
    co_await database.connect(deadline_in(kConnectTimeout));
    if (auto checked = co_await pg::check_schema(database, deadline_in(kTimeout)); !checked)
        co_return Failure(std::move(checked.error()));
    auto result = co_await work(database);
    database.close();
    co_return result;
}

template <class T>
Result<T> run_with_database(const Settings& settings, const std::function<Task<Result<T>>(pg::Database&)>& work)
{
    try
    {
        return run_task<Result<T>>([&] { return with_database<T>(settings, work); });
    }
    catch (const pg::Unavailable& failure)
    {
        return fail(ErrorKind::unavailable,
                    std::string("The database does not answer; is it (or `herald dev`) running? ") + failure.what());
    }
    catch (const std::exception& failure)
    {
        return fail(ErrorKind::internal, std::string("It could not be done: ") + failure.what());
    }
}

template <class IdType>
Result<IdType> parse_id(std::string_view what, const std::string& text)
{
    if (const auto id = IdType::parse(text)) return *id;
    return fail(ErrorKind::validation,
                fmt::format("'{}' is not the id of a {}: ids look like {}", text, what, Uuid().to_string()));
}

template <class T>
Task<Result<T>> succeed(Task<T> task)
{
    co_return co_await std::move(task);
}

template <class T>
Result<T> Administration::ask(const Work<T>& work) const
{
    const std::function<Task<Result<T>>(pg::Database&)> with_context = [&](pg::Database& database)
    {
        return work(
            ManageContext{database, keys_, settings_.sms.default_region, SystemClock().now(), deadline_in(kTimeout)});
    };
    return run_with_database<T>(settings_, with_context);
}

template <class T>
Result<T> Administration::ask_for(const std::string& asked, const ServiceWork<T>& work) const
{
    const auto resolved = [&](ManageContext context) -> Task<Result<T>>
    {
        auto service = co_await resolve_service(context, asked);
        if (!service) co_return Failure(std::move(service.error()));
        co_return co_await work(context, *service);
    };
    return ask<T>(resolved);
}

}  // namespace herald
