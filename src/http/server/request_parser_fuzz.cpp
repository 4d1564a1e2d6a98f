// Any bytes on a connection. They are parsed twice, all at once and in two pieces cut where the first byte says: where
// a request ends, and what it says, must not depend on how it arrived.
#include <cstdint>
#include <cstdlib>

#include "http/server/request_head.hpp"
#include "http/server/request_parser.hpp"

namespace
{

using herald::http::ParseStatus;
using herald::http::Request;
using herald::http::RequestParser;

constexpr herald::http::ParserLimits kLimits{2048, 4096};

struct Parsed
{
    ParseStatus status = ParseStatus::need_more;
    std::size_t consumed = 0;
    Request request;
};

void parse(std::string_view bytes, std::size_t cut, Parsed& parsed)
{
    RequestParser parser(kLimits);
    parser.start(parsed.request);
    for (const std::size_t end : {cut, bytes.size()})
    {
        const auto piece = bytes.substr(parsed.consumed, end - parsed.consumed);
        if (piece.empty() || parsed.status != ParseStatus::need_more) continue;
        std::size_t consumed = 0;
        parsed.status = parser.put(piece, consumed);
        if (consumed > piece.size()) std::abort();
        parsed.consumed += consumed;
    }
    if (parsed.status != ParseStatus::done) return;
    if (parsed.request.body.size() > kLimits.max_body_bytes) std::abort();
    complete_head(parsed.request, {false, "127.0.0.1", "localhost", parser.is_http_1_0()});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) return 0;
    const std::string bytes(data + 1, data + size);
    Parsed whole;
    Parsed pieces;
    parse(bytes, bytes.size(), whole);
    parse(bytes, bytes.size() * data[0] / 256, pieces);

    // A folded header is counted as it was sent when it arrives at once, and as it was read when it arrives in pieces:
    // close to the limit one is refused and the other is not.
    const bool too_large =
        whole.status == ParseStatus::header_too_large || pieces.status == ParseStatus::header_too_large;
    if (too_large && bytes.size() > kLimits.max_header_bytes) return 0;
    // Which limit or fault is met first may depend on the pieces; whether the request is good may not.
    if ((whole.status == ParseStatus::done) != (pieces.status == ParseStatus::done)) std::abort();
    if (whole.status == ParseStatus::done &&
        (whole.consumed != pieces.consumed || whole.request.body != pieces.request.body ||
         whole.request.path != pieces.request.path))
    {
        std::abort();
    }
    return 0;
}
