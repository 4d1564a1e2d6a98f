#include "base/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <charconv>
#include <memory>
#include <stdexcept>

#include "base/random.hpp"

namespace herald
{
namespace
{

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kHeaderSize = 3;  // version, key id
constexpr std::size_t kOverhead = kHeaderSize + kNonceSize + kTagSize;
constexpr char kVersion = 1;
// 2^31 - 1 is what one EVP call takes; personal data is far smaller.
constexpr std::string_view kSearchItem = "search";
constexpr std::size_t kLargestPlaintext = 64U << 20U;

void require(bool done, const char* what)
{
    if (!done) throw std::runtime_error(std::string("OpenSSL: ") + what + " failed");
}

const unsigned char* bytes_of(std::string_view text)
{
    // OpenSSL reads a null pointer as "keep what was set before", so an empty view must still point somewhere.
    static constexpr unsigned char kNothing = 0;
    return text.empty() ? &kNothing : reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

// Algorithms are looked up once: a fetch costs more than the work of a short message. They live as long as the process.
const EVP_MD* sha256_algorithm()
{
    static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
    require(kAlgorithm != nullptr, "EVP_MD_fetch");
    return kAlgorithm;
}

const EVP_CIPHER* aes_algorithm()
{
    static const EVP_CIPHER* const kAlgorithm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    require(kAlgorithm != nullptr, "EVP_CIPHER_fetch");
    return kAlgorithm;
}

EVP_MAC* hmac_algorithm()
{
    static EVP_MAC* const kAlgorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    require(kAlgorithm != nullptr, "EVP_MAC_fetch");
    return kAlgorithm;
}

// One context of each kind a thread, reused.
EVP_MD_CTX* digest_context()
{
    thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> kContext(EVP_MD_CTX_new(),
                                                                                        EVP_MD_CTX_free);
    require(kContext != nullptr, "EVP_MD_CTX_new");
    return kContext.get();
}

EVP_CIPHER_CTX* new_cipher_context()
{
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    require(context != nullptr, "EVP_CIPHER_CTX_new");
    // Named once here: to name the cipher again at every use would make OpenSSL build its state anew each time.
    require(EVP_CipherInit_ex2(context, aes_algorithm(), nullptr, nullptr, 1, nullptr) == 1, "EVP_CipherInit_ex2");
    return context;
}

EVP_CIPHER_CTX* cipher_context()
{
    thread_local const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> kContext(new_cipher_context(),
                                                                                                EVP_CIPHER_CTX_free);
    return kContext.get();
}

EVP_MAC_CTX* new_hmac_context()
{
    EVP_MAC_CTX* context = EVP_MAC_CTX_new(hmac_algorithm());
    require(context != nullptr, "EVP_MAC_CTX_new");
    char digest[] = "SHA2-256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
    require(EVP_MAC_CTX_set_params(context, params) == 1, "EVP_MAC_CTX_set_params");
    return context;
}

EVP_MAC_CTX* hmac_context()
{
    thread_local const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> kContext(new_hmac_context(),
                                                                                          EVP_MAC_CTX_free);
    return kContext.get();
}

std::string header_of(std::uint16_t id)
{
    return {kVersion, static_cast<char>(id >> 8), static_cast<char>(id & 0xff)};
}

Failure cannot_open(const char* why)
{
    Error error(ErrorKind::internal, "Internal server error");
    error.detail = std::string("sealed data does not open: ") + why;
    return Failure(std::move(error));
}

Failure bad_ring(std::size_t item, const char* why)
{
    return fail(ErrorKind::validation, "key ring, item " + std::to_string(item) + ": " + why);
}

std::string_view trim(std::string_view text)
{
    constexpr std::string_view kSpaces = " \t\r\n";
    const auto first = text.find_first_not_of(kSpaces);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

std::string derive_search_key(const std::string& key)
{
    const Sha256 derived = hmac_sha256(key, "herald recipient search v1");
    return {reinterpret_cast<const char*>(derived.data()), derived.size()};
}

}  // namespace

Sha256 sha256(std::string_view data)
{
    EVP_MD_CTX* context = digest_context();
    Sha256 digest;
    require(EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr) == 1 &&
                EVP_DigestUpdate(context, data.data(), data.size()) == 1 &&
                EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1,
            "SHA-256");
    return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view data)
{
    EVP_MAC_CTX* context = hmac_context();
    Sha256 mac;
    std::size_t length = 0;
    require(EVP_MAC_init(context, bytes_of(key), key.size(), nullptr) == 1 &&
                EVP_MAC_update(context, bytes_of(data), data.size()) == 1 &&
                EVP_MAC_final(context, mac.data(), &length, mac.size()) == 1 && length == mac.size(),
            "HMAC");
    return mac;
}

std::string random_bytes(std::size_t count)
{
    std::string bytes(count, '\0');
    if (count != 0) fill_random(bytes.data(), count);
    return bytes;
}

bool constant_time_equal(std::string_view left, std::string_view right)
{
    return left.size() == right.size() && CRYPTO_memcmp(bytes_of(left), bytes_of(right), left.size()) == 0;
}

Result<KeyRing> KeyRing::parse(std::string_view text)
{
    KeyRing ring;
    std::size_t item_number = 0;
    for (std::string_view rest = text; !rest.empty() || item_number == 0;)
    {
        ++item_number;
        const auto comma = rest.find(',');
        const std::string_view item = trim(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);

        const auto colon = item.find(':');
        if (colon == std::string_view::npos) return bad_ring(item_number, "is not of the form id:base64");
        auto key = base64_decode(item.substr(colon + 1));
        const bool is_key = key && key->size() == kKeySize;
        if (item.substr(0, colon) == kSearchItem)
        {
            if (!is_key) return bad_ring(item_number, "the key is not the base64 of 32 bytes");
            if (std::exchange(ring.names_search_key_, true)) return bad_ring(item_number, "its id is there twice");
            ring.search_key_ = std::move(*key);
            continue;
        }
        std::uint16_t id = 0;
        const auto [end, error] = std::from_chars(item.data(), item.data() + colon, id);
        if (error != std::errc() || end != item.data() + colon || id == 0)
            return bad_ring(item_number, "the id is not a number from 1 to 65535");
        if (!is_key) return bad_ring(item_number, "the key is not the base64 of 32 bytes");
        if (!ring.keys_.emplace(id, std::move(*key)).second) return bad_ring(item_number, "its id is there twice");
    }
    if (ring.keys_.empty()) return bad_ring(item_number, "is no key that seals");
    ring.current_ = ring.keys_.rbegin()->first;
    if (!ring.names_search_key_) ring.search_key_ = derive_search_key(ring.keys_.begin()->second);
    return ring;
}

std::string KeyRing::to_text() const
{
    std::string text;
    for (const auto& [id, key] : keys_)
    {
        if (!text.empty()) text += ',';
        text += std::to_string(id) + ':' + base64_encode(key);
    }
    if (names_search_key_) text += ',' + std::string(kSearchItem) + ':' + base64_encode(search_key_);
    return text;
}

KeyRing KeyRing::with_new_key() const
{
    if (current_ == 0xffff) throw std::length_error("the key ring's ids are used up");
    KeyRing ring = *this;
    ring.current_ = static_cast<std::uint16_t>(current_ + 1);
    ring.keys_.emplace(ring.current_, random_bytes(kKeySize));
    ring.names_search_key_ = true;
    return ring;
}

std::vector<std::uint16_t> KeyRing::ids() const
{
    std::vector<std::uint16_t> ids;
    ids.reserve(keys_.size());
    for (const auto& [id, key] : keys_) ids.push_back(id);
    return ids;
}

KeyRing KeyRing::generate()
{
    KeyRing ring;
    ring.keys_.emplace(std::uint16_t{1}, random_bytes(kKeySize));
    ring.current_ = 1;
    ring.search_key_ = derive_search_key(ring.keys_.begin()->second);
    return ring;
}

std::string KeyRing::seal(std::string_view plaintext, std::string_view context) const
{
    if (plaintext.size() > kLargestPlaintext || context.size() > kLargestPlaintext)
        throw std::length_error("too much data to seal");
    std::string sealed = header_of(current_);
    sealed.resize(kOverhead + plaintext.size());
    unsigned char* nonce = bytes_of(sealed) + kHeaderSize;
    unsigned char* body = nonce + kNonceSize;
    fill_random(nonce, kNonceSize);

    EVP_CIPHER_CTX* cipher = cipher_context();
    int length = 0;
    // The header is authenticated as well: a blob cannot be passed off as one of another key or version.
    require(
        EVP_EncryptInit_ex2(cipher, nullptr, bytes_of(keys_.at(current_)), nonce, nullptr) == 1 &&
            EVP_EncryptUpdate(cipher, nullptr, &length, bytes_of(sealed), kHeaderSize) == 1 &&
            EVP_EncryptUpdate(cipher, nullptr, &length, bytes_of(context), static_cast<int>(context.size())) == 1 &&
            EVP_EncryptUpdate(cipher, body, &length, bytes_of(plaintext), static_cast<int>(plaintext.size())) == 1 &&
            EVP_EncryptFinal_ex(cipher, body + plaintext.size(), &length) == 1 &&
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, kTagSize, body + plaintext.size()) == 1,
        "AES-256-GCM encryption");
    return sealed;
}

Result<std::string> KeyRing::open(std::string_view sealed, std::string_view context) const
{
    const auto id = key_id_of(sealed);
    if (!id) return cannot_open("not in the sealed form");
    const auto key = keys_.find(*id);
    // It may be there after the restart that a rotation needs: not the end of what was sealed.
    if (key == keys_.end())
        return fail(ErrorKind::unavailable, "Sealed data cannot be opened: its key is not in the ring");
    if (sealed.size() - kOverhead > kLargestPlaintext) return cannot_open("too long");

    const unsigned char* nonce = bytes_of(sealed) + kHeaderSize;
    const unsigned char* body = nonce + kNonceSize;
    std::string plaintext(sealed.size() - kOverhead, '\0');
    std::string tag(sealed.substr(sealed.size() - kTagSize));
    EVP_CIPHER_CTX* cipher = cipher_context();
    int length = 0;
    require(
        EVP_DecryptInit_ex2(cipher, nullptr, bytes_of(key->second), nonce, nullptr) == 1 &&
            EVP_DecryptUpdate(cipher, nullptr, &length, bytes_of(sealed), kHeaderSize) == 1 &&
            EVP_DecryptUpdate(cipher, nullptr, &length, bytes_of(context), static_cast<int>(context.size())) == 1 &&
            EVP_DecryptUpdate(cipher, bytes_of(plaintext), &length, body, static_cast<int>(plaintext.size())) == 1 &&
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1,
        "AES-256-GCM decryption");
    if (EVP_DecryptFinal_ex(cipher, bytes_of(tag), &length) != 1)
        return cannot_open("it was changed, or belongs to another place");
    return plaintext;
}

std::optional<std::uint16_t> KeyRing::key_id_of(std::string_view sealed)
{
    if (sealed.size() < kOverhead || sealed[0] != kVersion) return std::nullopt;
    const auto id =
        static_cast<std::uint16_t>(static_cast<std::uint8_t>(sealed[1]) << 8 | static_cast<std::uint8_t>(sealed[2]));
    if (id == 0) return std::nullopt;
    return id;
}

Sha256 KeyRing::search_hash(std::string_view normalised) const
{
    return hmac_sha256(search_key_, normalised);
}

Sha256 KeyRing::sign(std::string_view purpose, std::string_view data) const
{
    // No recipient begins like this, so no search hash is ever the key of a signature.
    const Sha256 key = hmac_sha256(search_key_, "herald signature v1 " + std::string(purpose));
    return hmac_sha256({reinterpret_cast<const char*>(key.data()), key.size()}, data);
}

}  // namespace herald
