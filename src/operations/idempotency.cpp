#include "operations/idempotency.hpp"

#include <algorithm>

#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr auto kInFlight = seconds(60);  // longer than a request may take

bool is_valid_key(std::string_view key)
{
    return !key.empty() && key.size() <= IdempotencyKeys::kMaxLength &&
           std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

std::string sealed_answer_context(const Uuid& holder)
{
    return "idempotency:" + holder.to_string();
}

std::string IdempotencyKeys::seal_answer(const Uuid& holder, std::string_view answer) const
{
    return keys_.seal(answer, sealed_answer_context(holder));
}

Task<Result<IdempotencyKeys::Claim>> IdempotencyKeys::claim(ServiceId service, std::string key, std::string body,
                                                            Instant now, Deadline deadline)
{
    if (!is_valid_key(key))
        co_return fail(ErrorKind::validation,
                       "Idempotency-Key must be 1 to 255 printable ASCII characters without spaces");
    const auto digest = sha256(body);
    const pg::Bytes body_hash{std::string(reinterpret_cast<const char*>(digest.data()), digest.size())};
    Claim claim;
    claim.holder = make_uuid_v4();
    auto params = pg::Params::of(service, key, body_hash, claim.holder, now, now + kInFlight);
    const auto rows = co_await database_.execute(sql::claim_idempotency_key, std::move(params), deadline);
    if (rows.empty())
        co_return fail(ErrorKind::conflict, "A request with this Idempotency-Key is being processed; try again");
    const auto holder = rows.get<Uuid>(0, "holder");
    if (holder == claim.holder) co_return claim;

    if (rows.get<std::optional<pg::Bytes>>(0, "body_hash").value_or(pg::Bytes{}) != body_hash)
        co_return fail(ErrorKind::idempotency_mismatch, "This Idempotency-Key was used with another request body");
    const auto sealed = rows.get<std::optional<pg::Bytes>>(0, "response_sealed");
    if (!sealed)
        co_return fail(ErrorKind::conflict, "A request with this Idempotency-Key is being processed; try again");
    auto answer = keys_.open(sealed->value, sealed_answer_context(holder));
    if (!answer) co_return Failure(answer.error());
    claim.earlier_answer = std::move(*answer);
    co_return claim;
}

Task<> IdempotencyKeys::answer(ServiceId service, std::string key, Uuid holder, std::string text, Deadline deadline)
{
    const pg::Bytes sealed{seal_answer(holder, text)};
    auto params = pg::Params::of(service, key, holder, sealed);
    co_await database_.execute(sql::answer_idempotency_key, std::move(params), deadline);
}

Task<> IdempotencyKeys::release(ServiceId service, std::string key, Uuid holder, Deadline deadline)
{
    auto params = pg::Params::of(service, key, holder);
    co_await database_.execute(sql::release_idempotency_key, std::move(params), deadline);
}

}  // namespace herald
