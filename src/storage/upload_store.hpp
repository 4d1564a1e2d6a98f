// What a service has uploaded lately: its jobs, as long as their messages are kept. Belongs to the Loop of its
// Database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/notification.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct Upload
{
    JobId id;
    std::string original_file_name;
    std::int32_t notification_count = 0;
    Channel channel = Channel::sms;
    Instant created_at{};
    std::optional<Instant> scheduled_for;
};

struct UploadFilter
{
    // From when on jobs are shown: messages before it are purged.
    Instant emails_from;
    Instant texts_from;
    std::optional<Instant> created_from;
};

struct UploadPage
{
    std::vector<Upload> uploads;
    bool has_more = false;
    std::int64_t total = 0;  // exact up to UploadStore::kCountedExactly
};

class UploadStore
{
public:
    static constexpr std::int64_t kCountedExactly = 10'000;

    explicit UploadStore(pg::Database& database) : database_(database) {}

    // What is to begin first, then by the beginning, newest first; neither scheduled nor cancelled ones, nor those of
    // contact lists. `page` from 1.
    Task<UploadPage> page(ServiceId service, UploadFilter filter, std::int64_t page, std::int32_t page_size,
                          Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
