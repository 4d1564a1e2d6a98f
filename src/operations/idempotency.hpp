// Idempotency-Key: the same key with the same body gives the first answer for 24 hours; with another body it is
// refused; while the first is in flight, the second is told so. Exact across processes: the database decides, and the
// answer commits with the message.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

class IdempotencyKeys
{
public:
    static constexpr std::size_t kMaxLength = 255;

    IdempotencyKeys(pg::Database& database, const KeyRing& keys) : database_(database), keys_(keys) {}

    struct Claim
    {
        std::optional<std::string> earlier_answer;  // replay this; otherwise this request holds the key
        Uuid holder;
    };
    // conflict (409): in flight elsewhere. idempotency_mismatch (422): used with another body. validation: the key's
    // form.
    Task<Result<Claim>> claim(ServiceId service, std::string key, std::string body, Instant now, Deadline deadline);
    // The request is done and wrote no message. (One that did committed its answer with it.)
    Task<> answer(ServiceId service, std::string key, Uuid holder, std::string text, Deadline deadline);
    // The request failed, so the key may be used again.
    Task<> release(ServiceId service, std::string key, Uuid holder, Deadline deadline);
    [[nodiscard]] std::string seal_answer(const Uuid& holder, std::string_view answer) const;

private:
    pg::Database& database_;
    const KeyRing& keys_;
};

// What the seal of a kept answer is bound to.
std::string sealed_answer_context(const Uuid& holder);

}  // namespace herald
