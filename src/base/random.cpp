#include "base/random.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace herald
{
namespace
{

std::atomic<std::uint32_t> fork_generation{0};

void after_fork_in_child()
{
    fork_generation.fetch_add(1, std::memory_order_relaxed);
}

void generate(void* target, std::size_t count)
{
    if (RAND_bytes(static_cast<unsigned char*>(target), static_cast<int>(count)) != 1)
        throw std::runtime_error("the system's random generator failed");
}

struct Store
{
    std::array<std::uint8_t, 4096> bytes{};
    std::size_t used = sizeof(bytes);
    std::uint32_t generation = 0;

    void take(void* target, std::size_t count)
    {
        const std::uint32_t current = fork_generation.load(std::memory_order_relaxed);
        if (used + count > bytes.size() || generation != current)
        {
            generate(bytes.data(), bytes.size());
            used = 0;
            generation = current;
        }
        std::memcpy(target, bytes.data() + used, count);
        // What was given out may become a secret: it must not stay behind in memory.
        OPENSSL_cleanse(bytes.data() + used, count);
        used += count;
    }
};

}  // namespace

void fill_random(void* target, std::size_t count)
{
    static const int registered = pthread_atfork(nullptr, nullptr, after_fork_in_child);
    if (registered != 0) throw std::runtime_error("pthread_atfork failed");

    constexpr std::size_t kLargest = 64;
    thread_local Store store;
    if (count > kLargest)
        generate(target, count);
    else
        store.take(target, count);
}

}  // namespace herald
