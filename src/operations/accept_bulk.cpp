#include "operations/accept_bulk.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.hpp"
#include "operations/bulk_list.hpp"
#include "storage/plan_store.hpp"

namespace herald
{

namespace
{

constexpr auto kAnswerKept = std::chrono::hours(24);  // as an Idempotency-Key is
constexpr auto kReleaseTimeout = seconds(2);

// Version 8 (RFC 9562): of the maker's own making.
JobId job_id_of(ServiceId service, const std::string& key, const std::string& digest)
{
    const auto hash = sha256(fmt::format("bulk\n{}\n{}\n", service.to_string(), key) + digest);
    Uuid id;
    std::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x80);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
    return JobId{id};
}

// The family names the sender in its answer even when nobody asked for one.
std::optional<Uuid> sender_of(const ServiceContext& service, Channel channel, const std::optional<Uuid>& wanted)
{
    if (wanted || channel == Channel::email) return wanted;
    for (const auto& one : service.record.sms_senders)
        if (one.is_default) return one.id.value;
    return std::nullopt;
}

}  // namespace

Task<Result<std::string>> AcceptBulk::accept(ServicePtr service, ApiKey key, BulkRequest request, Serialise serialise,
                                             RateDecision& rate, Deadline deadline)
{
    const Service& owner = service->service();
    const auto from = co_await with_.directory.current_template(owner.id, request.template_id, deadline);
    if (!from) co_return fail(ErrorKind::bad_request, "Template not found");
    if (from->facts.archived)
        co_return fail(ErrorKind::bad_request,
                       fmt::format("Template {} has been deleted", request.template_id.to_string()));
    if (const auto permitted = check_permission(owner, from->facts.type); !permitted)
        co_return Failure(permitted.error());
    rate = co_await with_.limiter.take(owner, key.type, with_.clock.now(), deadline);
    if (!rate.allowed) co_return over_rate(rate, key.type);
    const Call call{service, key, request, serialise, from, deadline};
    if (request.idempotency_key) co_return co_await accept_idempotently(call);
    co_return co_await accept_once(call, JobId{make_uuid_v7(with_.clock.now())});
}

Task<Result<std::string>> AcceptBulk::accept_idempotently(Call call)
{
    const ServiceId service = call.service->service().id;
    const auto& key = *call.request.idempotency_key;
    const Instant now = with_.clock.now();
    auto bound_to = fmt::format("{} bulk\n", to_string(call.key.type)) + call.request.digest;
    const auto claim = co_await with_.idempotency.claim(service, key, std::move(bound_to), now, call.deadline);
    if (!claim) co_return Failure(claim.error());
    if (claim->earlier_answer) co_return *claim->earlier_answer;

    auto id = job_id_of(service, key, call.request.digest);
    const auto earlier = co_await JobStore(with_.database).find(service, id, call.deadline);
    Result<std::string> answer;
    if (earlier && earlier->created_at > now - kAnswerKept)
        answer = call.serialise(*earlier);
    else
    {
        if (earlier) id = JobId{make_uuid_v7(now)};
        answer = co_await accept_once(call, id);
    }
    const auto soon = deadline_in(kReleaseTimeout);
    if (answer)
        co_await with_.idempotency.answer(service, key, claim->holder, *answer, soon);
    else
        co_await with_.idempotency.release(service, key, claim->holder, soon);
    co_return answer;
}

Task<Result<std::string>> AcceptBulk::accept_once(Call call, JobId id)
{
    if (auto good = co_await judge(call); !good) co_return Failure(good.error());
    const auto& request = call.request;
    JobWish wish;
    wish.id = id;
    wish.service_id = call.service->service().id;
    wish.template_id = request.template_id;
    wish.file_name = request.name;
    wish.sender_id = sender_of(*call.service, call.from_template->facts.type, request.reply_to_id);
    wish.key_type = call.key.type;
    wish.api_key_id = call.key.id;
    wish.scheduled_for = request.scheduled_for;
    ListInMemory list(*request.csv);
    const JobContext jobs{with_.database, with_.uploads, with_.directory, with_.clock.now(), call.deadline};
    const UploadContext context{jobs, with_.options, with_.pool};
    const auto uploaded = co_await upload_job(context, std::move(wish), list);
    if (!uploaded) co_return Failure(uploaded.error());
    co_return call.serialise(uploaded->job);
}

Task<Result<void>> AcceptBulk::judge(Call call)
{
    const auto& request = call.request;
    if (auto known = check_sender(*call.service, call.from_template->facts.type, request.reply_to_id); !known)
        co_return known;
    if (!request.csv) co_return Failure(request.csv.error());
    const auto left = co_await remaining(call);
    const BulkRules rules{*call.service, *call.from_template, call.key.type, with_.options, kMaxRows, left};
    const auto judge_list = [&]
    {
        return judge_bulk_list(*request.csv, rules);
    };
    const auto rows = co_await with_.pool.run(judge_list);
    if (!rows) co_return Failure(rows.error());
    co_return Result<void>();
}

// Of the UTC day on which the job begins. It is reserved when the job is at work: this only tells in time.
Task<std::optional<std::int64_t>> AcceptBulk::remaining(Call call)
{
    if (call.key.type == KeyType::test) co_return std::nullopt;
    const Service& owner = call.service->service();
    const auto day = utc_date(call.request.scheduled_for.value_or(with_.clock.now()));
    const auto used = co_await PlanStore(with_.database).daily_usage(owner.id, day, call.deadline);
    co_return std::max<std::int64_t>(owner.message_limit - used, 0);
}

}  // namespace herald
