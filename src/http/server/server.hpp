// HTTP/1.1 and 1.0 over TCP. TLS is the load balancer's.
//
// Security: this is where bytes from anyone come in. Sizes (header, body, all bodies together, number of connections)
// and times (header, body, idle, answer, write) are bounded, and a body that is still to come is read for those only
// whom Admit lets pass. Requests whose length two parsers could read differently are refused:
// Content-Length together with Transfer-Encoding, any coding but "chunked", two different lengths, no or several Host
// headers, bare LF. Trailers are dropped. X-Forwarded-* count only with trust_proxy_headers. Nothing from a request but
// its trace id and its route's pattern is logged.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "http/server/request.hpp"
#include "http/server/response.hpp"
#include "runtime/stop.hpp"
#include "runtime/task.hpp"

namespace herald::http
{

struct ServerOptions
{
    std::string host = "127.0.0.1";  // an address of this machine, "0.0.0.0" or "::"
    std::uint16_t port = 0;          // 0: the system picks one
    bool reuse_port = false;         // several loops or processes share the port (SO_REUSEPORT)

    std::size_t max_body_bytes = 5'000'000;  // more: 413
    std::size_t max_header_bytes = 16'384;   // request line and fields; more: 431
    // Of all bodies that are held at once (body_budget.hpp); a request beyond: 503 and close.
    std::size_t max_buffered_bytes = 64'000'000;
    std::size_t max_connections = 10'000;  // more: 503 and close

    std::chrono::milliseconds header_timeout{
        10'000};  // from a connection's start or a request's first byte to the end of its header
    std::chrono::milliseconds body_timeout{30'000};     // from there to the end of its body
    std::chrono::milliseconds request_timeout{30'000};  // for the answer; after it: 503 and close
    std::chrono::milliseconds write_timeout{30'000};    // for the peer to take the answer
    std::chrono::milliseconds idle_timeout{75'000};     // between requests
    std::chrono::milliseconds drain_timeout{10'000};    // for what is under way when stop is requested

    bool trust_proxy_headers = false;  // X-Forwarded-Proto and -For come from our own proxy

    // Error (validation) naming the option and its bounds.
    [[nodiscard]] Result<void> validate() const;
};

// Answers one request. Must not throw; a Dispatcher's dispatch() in the product. Both references outlive the coroutine.
using Dispatch = std::function<Task<Response>(Request&)>;

// What a request's header is enough to decide.
struct Admission
{
    std::optional<Response> refusal;  // the answer, after which the connection ends: the body is not read
    std::size_t max_body_bytes = SIZE_MAX;
};

// Asked about a request whose header is there and whose body is not; Dispatch then decides again, because a body may
// take its time. Must not throw; a Dispatcher's admit() in the product.
using Admit = std::function<Task<Admission>(Request&)>;

// Belongs to the loop of `executor`. Lifecycle: constructor listens (throws std::runtime_error naming host and port
// when it cannot, or the option that is out of bounds) → run() → destructor.
class Server
{
public:
    // Without `admit` every body is read.
    Server(asio::any_io_executor executor, ServerOptions options, Dispatch dispatch, const Clock& clock,
           Admit admit = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Accepts and serves until stop is requested, then drains: no new connections, idle ones are closed, requests under
    // way are answered with "Connection: close". After drain_timeout the rest is cut off; it returns when the last
    // handler has returned.
    Task<> run(StopToken stop);

    // The port in use, also when options said 0.
    [[nodiscard]] std::uint16_t port() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace herald::http
