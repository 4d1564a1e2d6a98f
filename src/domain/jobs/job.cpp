#include "domain/jobs/job.hpp"

#include <cstring>

#include "base/crypto.hpp"

namespace herald
{

namespace
{

constexpr std::array<std::string_view, kAllJobStatuses.size()> kNames = {
    "pending",       "in progress",  "finished", "sending limits exceeded", "scheduled", "cancelled",
    "ready to send", "sent to dvla", "error",
};

void append_number(std::string& to, std::int32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<char>(number >> shift));
}

}  // namespace

std::string_view to_string(JobStatus status)
{
    return kNames.at(static_cast<std::size_t>(status));
}

std::optional<JobStatus> parse_job_status(std::string_view text)
{
    for (const auto status : kAllJobStatuses)
        if (to_string(status) == text) return status;
    return std::nullopt;
}

// Behind the 48 bits of time: version 7, the upper 12 bits of the row, the variant, the lower 12 bits of the row, and
// 50 bits of the hash, so that two jobs of one millisecond do not meet.
NotificationId job_row_id(JobId job, std::int32_t segment, Instant started_at, std::int32_t row)
{
    std::string named(reinterpret_cast<const char*>(job.value.bytes.data()), job.value.bytes.size());
    append_number(named, segment);
    append_number(named, row);
    const auto hash = sha256(named);
    NotificationId id{uuid_v7_floor(started_at)};
    auto& bytes = id.value.bytes;
    const auto upper = static_cast<std::uint32_t>(row) >> 12;
    const auto lower = static_cast<std::uint32_t>(row) & 0xFFFU;
    bytes[6] = static_cast<std::uint8_t>(0x70U | (upper >> 8));
    bytes[7] = static_cast<std::uint8_t>(upper);
    bytes[8] = static_cast<std::uint8_t>(0x80U | (lower >> 6));
    bytes[9] = static_cast<std::uint8_t>(((lower & 0x3FU) << 2) | (static_cast<std::uint8_t>(hash[0]) & 0x03U));
    for (std::size_t i = 1; i <= 6; ++i) bytes[9 + i] = static_cast<std::uint8_t>(hash[i]);
    return id;
}

}  // namespace herald
