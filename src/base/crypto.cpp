#include "base/crypto.hpp"

#include <charconv>
#include <memory>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/uuid.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kHeaderSize = 3;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kKeySize = 32;
constexpr char kVersion = 1;

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

void require(bool ok, const char* what)
{
    if (!ok) throw std::runtime_error(std::string("OpenSSL failed: ") + what);
}

struct CipherContextDeleter
{
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

// Making a context and fetching the cipher cost more than sealing a short text, so each thread keeps one.
EVP_CIPHER_CTX* thread_context()
{
    thread_local const std::unique_ptr<EVP_CIPHER_CTX, CipherContextDeleter> context(EVP_CIPHER_CTX_new());
    require(context != nullptr, "EVP_CIPHER_CTX_new");
    return context.get();
}

const EVP_CIPHER* aes_256_gcm()
{
    static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    return cipher;
}

std::string as_string(const Sha256& digest)
{
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Failure ring_error(std::size_t item, const std::string& what)
{
    return fail(ErrorKind::bad_request, "key ring, item " + std::to_string(item) + ": " + what +
                                            "; expected id:base64 of 32 bytes, items separated by commas");
}

std::string encode_with(std::string_view alphabet, std::string_view bytes, bool padding)
{
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3)
    {
        std::uint32_t group = 0;
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t k = 0; k < 3; ++k) group = group * 256 + (k < count ? bytes_of(bytes)[i + k] : 0U);
        for (std::size_t k = 0; k <= count; ++k) text += alphabet[(group >> (18 - 6 * k)) & 63];
        if (padding) text.append(3 - count, '=');
    }
    return text;
}

std::optional<std::string> decode_with(std::string_view alphabet, std::string_view text)
{
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 3);
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text)
    {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        group = (group << 6) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8)
        {
            bits -= 8;
            bytes += static_cast<char>((group >> bits) & 0xFF);
        }
    }
    if ((group & ((1U << bits) - 1)) != 0) return std::nullopt;  // two spellings of one value are one too many
    return bytes;
}

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

Sha256 sha256(std::string_view data)
{
    Sha256 digest{};
    require(EVP_Q_digest(nullptr, "SHA256", nullptr, data.data(), data.size(), digest.data(), nullptr) == 1, "SHA256");
    return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view data)
{
    static const EVP_MD* const digest_type = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    Sha256 digest{};
    unsigned int length = 0;
    require(HMAC(digest_type, key.data(), static_cast<int>(key.size()), bytes_of(data), data.size(), digest.data(),
                 &length) != nullptr,
            "HMAC");
    return digest;
}

std::string random_bytes(std::size_t count)
{
    std::string bytes(count, '\0');
    require(RAND_bytes(bytes_of(bytes), static_cast<int>(count)) == 1, "RAND_bytes");
    return bytes;
}

bool constant_time_equal(std::string_view left, std::string_view right)
{
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string hex_encode(std::string_view bytes)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (std::size_t i = 0; i < bytes.size(); ++i)
    {
        text += kDigits[bytes_of(bytes)[i] >> 4];
        text += kDigits[bytes_of(bytes)[i] & 15];
    }
    return text;
}

std::optional<std::string> hex_decode(std::string_view text)
{
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); i += 2)
    {
        unsigned value = 0;
        const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
        if (error != std::errc() || end != text.data() + i + 2) return std::nullopt;
        bytes += static_cast<char>(value);
    }
    return bytes;
}

std::string base64_encode(std::string_view bytes)
{
    return encode_with(kBase64, bytes, true);
}

std::optional<std::string> base64_decode(std::string_view text)
{
    if (text.size() % 4 != 0) return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
    return decode_with(kBase64, text);
}

std::string base64url_encode(std::string_view bytes)
{
    return encode_with(kBase64Url, bytes, false);
}

std::optional<std::string> base64url_decode(std::string_view text)
{
    return decode_with(kBase64Url, text);
}

Result<KeyRing> KeyRing::parse(std::string_view text)
{
    KeyRing ring;
    std::size_t item = 0;
    while (!text.empty())
    {
        ++item;
        const auto comma = text.find(',');
        const auto part = text.substr(0, comma);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
        const auto colon = part.find(':');
        if (colon == std::string_view::npos) return ring_error(item, "no colon");
        std::uint16_t id = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + colon, id);
        if (error != std::errc() || end != part.data() + colon || id == 0) return ring_error(item, "no id from 1 to 65535");
        const auto key = base64_decode(part.substr(colon + 1));
        if (!key || key->size() != kKeySize) return ring_error(item, "no key of 32 bytes");
        if (!ring.keys_.emplace(id, *key).second) return ring_error(item, "an id that is there already");
    }
    if (ring.keys_.empty()) return fail(ErrorKind::bad_request, "the key ring is empty");
    ring.current_ = ring.keys_.rbegin()->first;
    ring.search_key_ = as_string(hmac_sha256(ring.keys_.begin()->second, "herald recipient search"));
    return ring;
}

std::string KeyRing::to_text() const
{
    std::string text;
    for (const auto& [id, key] : keys_)
    {
        if (!text.empty()) text += ',';
        text += std::to_string(id) + ":" + base64_encode(key);
    }
    return text;
}

KeyRing KeyRing::with_new_key() const
{
    KeyRing ring = *this;
    ring.current_ = static_cast<std::uint16_t>(current_ + 1);
    ring.keys_.emplace(ring.current_, random_bytes(kKeySize));
    return ring;
}

KeyRing KeyRing::generate()
{
    return *parse("1:" + base64_encode(random_bytes(kKeySize)));
}

std::string KeyRing::seal(std::string_view plaintext, std::string_view context) const
{
    std::string sealed(kHeaderSize + kNonceSize + plaintext.size() + kTagSize, '\0');
    sealed[0] = kVersion;
    sealed[1] = static_cast<char>(current_ >> 8);
    sealed[2] = static_cast<char>(current_ & 0xFF);
    unsigned char* const nonce = bytes_of(sealed) + kHeaderSize;
    const std::string random = random_bytes(kNonceSize);
    std::copy(random.begin(), random.end(), sealed.begin() + kHeaderSize);
    unsigned char* const out = nonce + kNonceSize;
    EVP_CIPHER_CTX* const cipher = thread_context();
    int length = 0;
    require(EVP_EncryptInit_ex2(cipher, aes_256_gcm(), bytes_of(keys_.at(current_)), nonce, nullptr) == 1, "seal init");
    require(EVP_EncryptUpdate(cipher, nullptr, &length, bytes_of(context), static_cast<int>(context.size())) == 1,
            "seal context");
    require(EVP_EncryptUpdate(cipher, out, &length, bytes_of(plaintext), static_cast<int>(plaintext.size())) == 1, "seal");
    require(EVP_EncryptFinal_ex(cipher, out + length, &length) == 1, "seal end");
    require(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, kTagSize, out + plaintext.size()) == 1, "seal tag");
    return sealed;
}

Result<std::string> KeyRing::open(std::string_view sealed, std::string_view context) const
{
    const auto id = key_id_of(sealed);
    if (!id) return fail(ErrorKind::internal, "sealed data of an unknown form");
    const auto key = keys_.find(*id);
    if (key == keys_.end())
        return fail(ErrorKind::internal, "sealed with key " + std::to_string(*id) + ", which is not in the key ring");
    const auto body = sealed.substr(kHeaderSize + kNonceSize, sealed.size() - kHeaderSize - kNonceSize - kTagSize);
    std::string tag(sealed.substr(sealed.size() - kTagSize));
    std::string plaintext(body.size(), '\0');
    EVP_CIPHER_CTX* const cipher = thread_context();
    int length = 0;
    require(EVP_DecryptInit_ex2(cipher, aes_256_gcm(), bytes_of(key->second), bytes_of(sealed) + kHeaderSize, nullptr) == 1,
            "open init");
    require(EVP_DecryptUpdate(cipher, nullptr, &length, bytes_of(context), static_cast<int>(context.size())) == 1,
            "open context");
    require(EVP_DecryptUpdate(cipher, bytes_of(plaintext), &length, bytes_of(body), static_cast<int>(body.size())) == 1,
            "open");
    require(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()) == 1, "open tag");
    if (EVP_DecryptFinal_ex(cipher, bytes_of(plaintext) + length, &length) != 1)
        return fail(ErrorKind::internal, "sealed data was changed, or belongs elsewhere");
    return plaintext;
}

std::optional<std::uint16_t> KeyRing::key_id_of(std::string_view sealed)
{
    if (sealed.size() < kHeaderSize + kNonceSize + kTagSize || sealed[0] != kVersion) return std::nullopt;
    return static_cast<std::uint16_t>(bytes_of(sealed)[1] * 256 + bytes_of(sealed)[2]);
}

Sha256 KeyRing::search_hash(std::string_view normalised) const
{
    return hmac_sha256(search_key_, normalised);
}

}  // namespace herald
