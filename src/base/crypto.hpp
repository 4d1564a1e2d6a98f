// Sealing of personal data, keyed hashes, random bytes, comparison of secrets. OpenSSL does the work; nothing here is
// home-made. All functions and KeyRing (immutable after construction) are thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace herald
{

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view data);
Sha256 hmac_sha256(std::string_view key, std::string_view data);
std::string random_bytes(std::size_t count);
// True only for equal content; takes the same time wherever the first difference is. The lengths may leak.
bool constant_time_equal(std::string_view left, std::string_view right);

std::string hex_encode(std::string_view bytes);
std::optional<std::string> hex_decode(std::string_view text);
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);
std::string base64url_encode(std::string_view bytes);  // without padding, as JWTs use it
std::optional<std::string> base64url_decode(std::string_view text);

// The keys that seal data at rest (AES-256-GCM). New data is sealed with the current key; old data opens with the key
// whose id it carries, until `herald keys rotate` has re-sealed it and the key is taken out of the ring.
//
// Sealed form: version 1 (1 byte) | key id (2 bytes, big endian) | nonce (12) | ciphertext | tag (16).
class KeyRing
{
public:
    // `text` is the ring's own form: "id:base64 of 32 bytes" items separated by commas; the highest id is the current
    // one. "search:base64 of 32 bytes" is what search_hash and sign go by, whichever keys come and go; without it they
    // go by the lowest key. Errors name the item that is wrong, never its value.
    static Result<KeyRing> parse(std::string_view text);
    [[nodiscard]] std::string to_text() const;
    // This ring with a fresh random key added as the current one. Its text has the search item, so that the older keys
    // can be taken out.
    [[nodiscard]] KeyRing with_new_key() const;
    // A ring of one fresh random key, id 1.
    static KeyRing generate();

    [[nodiscard]] std::uint16_t current_id() const { return current_; }
    [[nodiscard]] std::vector<std::uint16_t> ids() const;  // ascending
    // `context` is bound to the ciphertext (associated data): a blob moved to another row does not open.
    [[nodiscard]] std::string seal(std::string_view plaintext, std::string_view context) const;
    // Fails (internal) on a changed blob or another context; (unavailable) on an unknown key id, which a process that
    // has not been given the newest ring yet meets.
    [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view context) const;
    // The key id a blob was sealed with; nullopt when it is no blob of ours.
    static std::optional<std::uint16_t> key_id_of(std::string_view sealed);
    // Keyed hash for exact search (recipient look-up). Survives rotation, and the end of older keys.
    [[nodiscard]] Sha256 search_hash(std::string_view normalised) const;
    // What proves that `data` comes from this installation, for links that people keep. As lasting as search_hash.
    // `purpose` (a constant) keeps what was signed for one thing from being used for another.
    [[nodiscard]] Sha256 sign(std::string_view purpose, std::string_view data) const;

private:
    std::map<std::uint16_t, std::string> keys_;
    std::uint16_t current_ = 0;
    std::string search_key_;
    bool names_search_key_ = false;  // in its text; otherwise it is the lowest key's
};

}  // namespace herald
