#include "storage/upload_store.hpp"

#include <algorithm>
#include <limits>

#include "sql/queries.hpp"

namespace herald
{

namespace
{

Upload read_upload(const pg::Rows& rows, std::size_t i)
{
    Upload upload;
    upload.id = JobId{rows.get<Uuid>(i, "id")};
    upload.original_file_name = rows.get<std::string>(i, "original_file_name");
    upload.notification_count = rows.get<std::int32_t>(i, "notification_count");
    upload.channel = static_cast<Channel>(rows.get<std::int16_t>(i, "channel"));
    upload.created_at = rows.get<Instant>(i, "created_at");
    upload.scheduled_for = rows.get<std::optional<Instant>>(i, "scheduled_for");
    return upload;
}

}  // namespace

Task<UploadPage> UploadStore::page(ServiceId service, UploadFilter filter, std::int64_t page, std::int32_t page_size,
                                   Deadline deadline)
{
    auto params = pg::Params::of(service, filter.emails_from, filter.texts_from, filter.created_from);
    auto counting = params;
    counting.add(kCountedExactly);
    // A page so far out that its offset does not fit is as empty as any beyond the end.
    params.add(std::min(page - 1, std::numeric_limits<std::int64_t>::max() / page_size) * page_size);
    params.add(page_size + 1);
    std::vector<std::pair<pg::Statement, pg::Params>> statements;
    statements.emplace_back(sql::become_tenant, pg::Params::of(service.to_string()));
    statements.emplace_back(sql::list_uploads, std::move(params));
    statements.emplace_back(sql::count_uploads, std::move(counting));
    const auto answers = co_await database_.execute_together(std::move(statements), deadline);
    const auto& rows = answers.at(1);

    UploadPage found;
    const auto size = static_cast<std::size_t>(page_size);
    found.has_more = rows.size() > size;
    for (std::size_t i = 0; i < std::min(rows.size(), size); ++i) found.uploads.push_back(read_upload(rows, i));
    found.total = answers.at(2).get<std::int64_t>(0, "total");
    co_return found;
}

}  // namespace herald
