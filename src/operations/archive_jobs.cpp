#include "operations/archive_jobs.hpp"

#include "base/log.hpp"
#include "base/uuid.hpp"
#include "domain/services/retention.hpp"
#include "operations/retention_rules.hpp"
#include "runtime/deadline.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr auto kRemoveTimeout = seconds(20);

Task<bool> remove_file(ObjectStore& objects, std::string key, Deadline deadline)
{
    try
    {
        co_await objects.remove(key, std::min(deadline, deadline_in(kRemoveTimeout)));
        co_return true;
    }
    catch (const std::exception& failure)
    {
        log::warning("the file of a job could not be removed", {{"key", key}, {"reason", failure.what()}});
    }
    co_return false;
}

}  // namespace

Task<std::int64_t> archive_past_jobs(pg::Database& database, ObjectStore* objects, const TimeZone& zone,
                                     LocalDate today, Instant now, std::int32_t batch, Deadline deadline)
{
    const auto cutoffs = job_cutoffs_on(zone, today);
    Instant after{};
    Uuid after_service;
    Uuid after_id;
    std::int64_t archived = 0;
    while (true)
    {
        auto page = pg::Params::of(cutoffs, after, after_service, after_id, batch);
        const auto rows = co_await database.execute(sql::list_past_jobs, std::move(page), deadline);
        if (rows.empty()) co_return archived;
        if (objects == nullptr)
            throw std::runtime_error("there are files to remove, and no object store is configured");
        std::vector<Uuid> services;
        std::vector<Uuid> ids;
        for (std::size_t i = 0; i < rows.size(); ++i)
        {
            after = rows.get<Instant>(i, "counts_from");
            after_service = rows.get<Uuid>(i, "service_id");
            after_id = rows.get<Uuid>(i, "id");
            if (!co_await remove_file(*objects, rows.get<std::string>(i, "object_key"), deadline)) continue;
            services.push_back(after_service);
            ids.push_back(after_id);
        }
        archived += static_cast<std::int64_t>(ids.size());
        auto gone = pg::Params::of(services, ids, now);
        co_await database.execute(sql::archive_jobs, std::move(gone), deadline);
    }
}

}  // namespace herald
