// Any bytes as a request target. What decodes must be what the rest of the program relies on: UTF-8 without NUL, a path
// that starts with
// "/", no segment that was not there before decoding.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "http/server/target.hpp"

namespace
{

void require(bool condition)
{
    if (!condition) std::abort();
}

bool has_no_nul(std::string_view text)
{
    return text.find('\0') == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string target(data, data + size);
    const auto parts = herald::http::split_target(target);
    if (!parts) return 0;

    std::string path;
    if (herald::http::decode_path(parts->path, path))
    {
        require(path == "*" || path.starts_with('/'));
        require(has_no_nul(path));
        require(std::count(path.begin(), path.end(), '/') == std::count(parts->path.begin(), parts->path.end(), '/'));
    }
    herald::http::Query query;
    if (herald::http::decode_query(parts->query, query))
    {
        require(query.items().size() <= herald::http::kMaxQueryItems);
        for (const auto& [name, value] : query.items()) require(has_no_nul(name) && has_no_nul(value));
    }
    return 0;
}
