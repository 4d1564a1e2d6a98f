#include "operations/unsubscribe.hpp"

#include <algorithm>

#include "operations/notification_contents.hpp"
#include "operations/suppress_recipients.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr std::string_view kPurpose = "unsubscribe";
constexpr char kVersion = 1;
constexpr std::size_t kUuidSize = 16;
constexpr std::size_t kHashSize = 32;
constexpr std::size_t kSignatureSize = 16;  // half of an HMAC: nobody guesses 128 bits
constexpr std::size_t kSignedSize = 1 + 2 * kUuidSize + kHashSize;

std::string signature_of(const KeyRing& keys, std::string_view text)
{
    const Sha256 mac = keys.sign(kPurpose, text);
    return {reinterpret_cast<const char*>(mac.data()), kSignatureSize};
}

void append(std::string& text, const Uuid& id)
{
    text.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
}

Uuid uuid_at(std::string_view text, std::size_t place)
{
    Uuid id;
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(place), kUuidSize, id.bytes.begin());
    return id;
}

}  // namespace

std::string unsubscribe_token(const KeyRing& keys, const UnsubscribeLink& link)
{
    std::string text(1, kVersion);
    append(text, link.service_id.value);
    append(text, link.notification_id.value);
    text += link.recipient_hash;
    text += signature_of(keys, text);
    return base64url_encode(text);
}

std::optional<UnsubscribeLink> read_unsubscribe_token(const KeyRing& keys, std::string_view token)
{
    const auto text = base64url_decode(token);
    if (!text || text->size() != kSignedSize + kSignatureSize) return std::nullopt;
    const auto body = std::string_view(*text).substr(0, kSignedSize);
    if (!constant_time_equal(signature_of(keys, body), std::string_view(*text).substr(kSignedSize)))
        return std::nullopt;
    if (body.front() != kVersion) return std::nullopt;
    return UnsubscribeLink{ServiceId{uuid_at(body, 1)}, NotificationId{uuid_at(body, 1 + kUuidSize)},
                           std::string(body.substr(1 + 2 * kUuidSize))};
}

std::string unsubscribe_url(const KeyRing& keys, std::string_view base_url, ServiceId service,
                            NotificationId notification, std::string_view recipient)
{
    const UnsubscribeLink link{service, notification, recipient_hash(keys, recipient)};
    return std::string(base_url) + "/unsubscribe/" + unsubscribe_token(keys, link);
}

Task<Result<std::string>> Unsubscribe::service_name(UnsubscribeLink link, Deadline deadline)
{
    auto params = pg::Params::of(link.service_id, link.notification_id);
    const auto rows = co_await database_.execute(sql::get_unsubscriber, std::move(params), deadline);
    if (rows.empty()) co_return fail(ErrorKind::not_found, "The service is no more");
    co_return rows.get<std::string>(0, "service_name");
}

Task<Result<std::string>> Unsubscribe::unsubscribe(UnsubscribeLink link, Deadline deadline)
{
    if (under_way_ >= kMost) co_return fail(ErrorKind::unavailable, "Too many requests; try again in a moment");
    struct Place
    {
        explicit Place(int& of) : count(of) { ++count; }
        ~Place() { --count; }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        int& count;
    };
    const Place place(under_way_);
    co_return co_await suppress(std::move(link), deadline);
}

Task<Result<std::string>> Unsubscribe::suppress(UnsubscribeLink link, Deadline deadline)
{
    const Instant now = clock_.now();
    auto transaction = co_await database_.begin(deadline);
    auto params = pg::Params::of(link.service_id, link.notification_id);
    const auto rows = co_await transaction.execute(sql::get_unsubscriber, std::move(params), deadline);
    if (rows.empty()) co_return fail(ErrorKind::not_found, "The service is no more");

    // Without contents the hash alone does: the recipient is then suppressed, and cannot be shown.
    NewSuppression wanted;
    wanted.id = SuppressionId{make_uuid_v7(now)};
    wanted.key = {link.service_id, Channel::email, link.recipient_hash};
    wanted.reason = SuppressionReason::unsubscribed;
    wanted.notification_id = link.notification_id;
    if (const auto sealed = rows.get<std::optional<pg::Bytes>>(0, "sealed"))
    {
        const auto contents = open_contents(keys_, link.notification_id, sealed->value);
        if (contents)
            wanted.recipient_sealed = keys_.seal(contents->normalised_to, sealed_recipient_context(wanted.id));
    }
    co_await suppress_recipient(transaction, std::move(wanted), now, deadline);
    co_await transaction.commit(deadline);
    co_return rows.get<std::string>(0, "service_name");
}

}  // namespace herald
