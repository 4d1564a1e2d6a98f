// A token from outside never crashes the reader and is never taken for valid: the fuzzer does not know the secret.
#include <cstdint>
#include <cstdlib>

#include "base/jwt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto token = herald::decode_token({reinterpret_cast<const char*>(data), size});
    if (!token) return 0;
    const herald::Instant now{std::chrono::seconds(1'700'000'000)};
    if (herald::verify_token(*token, "8f3c1d52-1f0a-4a5e-9a53-2f4f0c1f9b11", now) == herald::TokenVerdict::valid)
        std::abort();
    return 0;
}
