#include "operations/change_cursor.hpp"

namespace herald
{

namespace
{

// version (1 byte) | lineage (8) | seq (8) | at (8, microseconds) | signature (16); numbers big endian.
constexpr std::string_view kPurpose = "change cursor";
constexpr char kVersion = 1;
constexpr std::size_t kNumberSize = 8;
constexpr std::size_t kSignatureSize = 16;  // half of an HMAC: nobody guesses 128 bits
constexpr std::size_t kSignedSize = 1 + 3 * kNumberSize;

void append(std::string& text, std::int64_t number)
{
    const auto bits = static_cast<std::uint64_t>(number);
    for (int shift = 56; shift >= 0; shift -= 8) text.push_back(static_cast<char>(bits >> shift));
}

std::int64_t number_at(std::string_view text, std::size_t place)
{
    std::uint64_t bits = 0;
    for (const char byte : text.substr(place, kNumberSize)) bits = bits << 8 | static_cast<std::uint8_t>(byte);
    return static_cast<std::int64_t>(bits);
}

std::string short_name_of(std::string_view lineage)
{
    const Sha256 hash = sha256(lineage);
    return {reinterpret_cast<const char*>(hash.data()), kNumberSize};
}

std::string signature_of(const KeyRing& keys, ServiceId service, std::string_view body)
{
    const Sha256 mac = keys.sign(kPurpose, service.to_string().append(body));
    return {reinterpret_cast<const char*>(mac.data()), kSignatureSize};
}

Failure no_cursor()
{
    return fail(ErrorKind::validation, "after is neither a cursor of this service nor latest");
}

}  // namespace

std::string change_cursor(const KeyRing& keys, ServiceId service, std::string_view lineage, ChangePlace place)
{
    std::string text(1, kVersion);
    text += short_name_of(lineage);
    append(text, place.seq);
    append(text, place.at.time_since_epoch().count());
    text += signature_of(keys, service, text);
    return base64url_encode(text);
}

Result<ChangePlace> read_change_cursor(const KeyRing& keys, ServiceId service, std::string_view lineage,
                                       std::string_view text)
{
    const auto bytes = base64url_decode(text);
    if (!bytes || bytes->size() != kSignedSize + kSignatureSize) return no_cursor();
    const auto body = std::string_view(*bytes).substr(0, kSignedSize);
    if (!constant_time_equal(signature_of(keys, service, body), std::string_view(*bytes).substr(kSignedSize)))
        return no_cursor();
    if (body.front() != kVersion) return no_cursor();
    if (body.substr(1, kNumberSize) != short_name_of(lineage))
        return fail(ErrorKind::bad_request,
                    "after is no longer valid, because the database was replaced or restored since: start again "
                    "without after, from the oldest change that is kept");
    return ChangePlace{number_at(body, 1 + kNumberSize),
                       Instant(std::chrono::microseconds(number_at(body, 1 + 2 * kNumberSize)))};
}

}  // namespace herald
