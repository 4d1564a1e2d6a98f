#include "http/server/request_parser.hpp"

#include <gtest/gtest.h>

namespace herald::http
{
namespace
{

// Every byte in a call of its own, as a slow client's arrive; what is not consumed comes again before the next.
ParseStatus parse_by_bytes(std::string_view text, Request& request)
{
    RequestParser parser({2048, 4096});
    parser.start(request);
    std::string left;
    auto status = ParseStatus::need_more;
    for (const char byte : text)
    {
        if (status != ParseStatus::need_more) break;
        left += byte;
        std::size_t consumed = 0;
        status = parser.put(left, consumed);
        left.erase(0, consumed);
    }
    return status;
}

// Found by script/fuzz: where Beast's assertions are on, a client could end the process with it.
TEST(RequestParser, TakesAnEmptyChunkedBodyByteByByte)
{
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::string body : {"0\r\n\r\n", "00\r\n\r\n", "0;x=y\r\n\r\n", "0\r\nTrailer: 1\r\n\r\n"})
    {
        Request request;
        EXPECT_EQ(parse_by_bytes(head + body, request), ParseStatus::done) << body;
        EXPECT_EQ(request.body, "") << body;
    }
    Request request;
    EXPECT_EQ(parse_by_bytes(head + "04\r\n0\r\n\r\r\n0\r\n\r\n", request), ParseStatus::done);
    EXPECT_EQ(request.body, "0\r\n\r");
}

}  // namespace
}  // namespace herald::http
