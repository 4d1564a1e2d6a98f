// Random bytes cheap enough for every request: a per-thread store filled by OpenSSL's generator a few kilobytes at a
// time. Thread-safe. A forked child throws the store away, so parent and child never hand out the same bytes. Throws
// std::runtime_error when the system gives no randomness.
#pragma once

#include <cstddef>

namespace herald
{

void fill_random(void* target, std::size_t count);

}  // namespace herald
