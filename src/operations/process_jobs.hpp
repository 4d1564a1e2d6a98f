// Makes messages of a claimed job's rows, batch after batch.
//
// Each batch is one transaction: the job's own progress by compare and set, and all that its messages need. So a crash
// at any point goes on at the next row, and no row becomes two messages: whoever is late finds that the job stands
// somewhere else. While one batch commits, the next one is drafted on a CpuPool; at most three are in memory. No lock
// and no connection is held while a file is read or rows are drafted. Belongs to the Loop of its Database.
#pragma once

#include <functional>
#include <vector>

#include "domain/notifications/lane.hpp"
#include "operations/job_feed.hpp"
#include "operations/service_directory.hpp"
#include "runtime/notifier.hpp"
#include "runtime/stop.hpp"
#include "storage/job_queue.hpp"

namespace herald
{

struct JobOptions
{
    seconds lease{15};  // after which others go on with what a dead process had
    std::size_t batch_rows = 1000;
    std::int32_t turn_rows = 50'000;  // then a job gives its place up, if others wait
    seconds commit_timeout{10};       // shorter than the lease
};

// What became of a claimed job.
enum class JobTurn
{
    finished,
    limits_exceeded,
    cancelled,   // its service or its template is not in use any more
    error,       // its file is gone or cannot be read
    given_back,  // others wait, or the process stops
    lost,        // paused or cancelled by somebody, or taken over
};

class ProcessJobs
{
public:
    // Called with the lane and service of what was just committed, once a batch: wakes workers of this process.
    using Written = std::function<void(Lane, ServiceId)>;

    ProcessJobs(asio::any_io_executor executor, pg::Database& database, ObjectStore& objects,
                ServiceDirectory& directory, CpuPool& pool, const KeyRing& keys, const Clock& clock,
                const TimeZone& zone, AcceptOptions accept, JobOptions options, Written written);

    Task<std::vector<ClaimedJob>> claim(std::size_t most, Deadline deadline);
    // Until the job is done, is no longer ours, or has to make room. Throws what ended it otherwise; the job is then
    // taken up again when its lease ends.
    Task<JobTurn> run(ClaimedJob claimed, StopToken stop);

private:
    struct Pipeline;

    Task<JobTurn> work(ClaimedJob& claimed, const StopToken& stop);
    Task<std::optional<JobTurn>> begin(ClaimedJob& claimed, const JobSender& sender);
    Task<Result<JobSender>> find_sender(const Job& job);
    Task<JobTurn> write_all(ClaimedJob& claimed, const JobSender& sender, const StopToken& stop);
    Task<> draft_all(JobFeed& feed, Pipeline& pipeline);
    Task<JobTurn> commit_all(ClaimedJob& claimed, Pipeline& pipeline, const StopToken& stop);
    Task<bool> commit(const ClaimedJob& claimed, JobBatch batch);
    Task<bool> commit_once(const ClaimedJob& claimed, JobBatch& batch);
    Task<JobTurn> end(const ClaimedJob& claimed, JobStatus status, std::string reason);

    asio::any_io_executor executor_;
    pg::Database& database_;
    JobQueue queue_;
    TemplateStore templates_;
    ObjectStore& objects_;
    ServiceDirectory& directory_;
    const Clock& clock_;
    const AcceptOptions accept_;
    const JobOptions options_;
    const JobDesk desk_;
    const Uuid holder_ = make_uuid_v4();
    Written written_;
};

}  // namespace herald
