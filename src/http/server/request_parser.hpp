// From bytes to a Request, on Beast's basic_parser (request_parser.cpp is the only file that includes Beast: it costs
// 20 s to compile).
//
// Security: strict where leniency lets two parsers disagree about where a request ends (server.hpp lists what is
// refused). Belongs to one connection.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "http/server/request.hpp"

namespace herald::http
{

struct ParserLimits
{
    std::size_t max_header_bytes;
    std::size_t max_body_bytes;
};

enum class ParseStatus
{
    need_more,  // all is well so far
    done,
    malformed,         // 400
    header_too_large,  // 431
    body_too_large,    // 413
    not_implemented,   // 501: a transfer coding other than chunked
};

class RequestParser
{
public:
    explicit RequestParser(ParserLimits limits);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    // Gets ready for the next request, which is written into `request` while it is parsed: method, target, headers and
    // body.
    void start(Request& request);
    // Parses what it can of `bytes`, the unconsumed rest of earlier calls first. `consumed` is how many of them are
    // done with; when nothing more is consumed although `bytes` already holds max_header_bytes, the request is refused.
    ParseStatus put(std::string_view bytes, std::size_t& consumed);

    [[nodiscard]] bool header_done() const;
    // The client wants to hear "100 Continue" before it sends the body.
    [[nodiscard]] bool expects_continue() const;
    // The client wants the connection for more than this request.
    [[nodiscard]] bool keep_alive() const;
    [[nodiscard]] bool is_http_1_0() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace herald::http
