// Whatever is accepted must survive the wire unchanged.
#include <cstdint>
#include <cstdlib>

#include "base/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto value = herald::parse_json({reinterpret_cast<const char*>(data), size});
    if (!value) return 0;
    const std::string wire = herald::to_wire(*value);
    const auto again = herald::parse_json(wire);
    if (!again || herald::to_wire(*again) != wire) std::abort();
    return 0;
}
