// One HTTP request as a handler sees it: parsed, decoded, within limits.
//
// Security: everything here came from outside. Sizes are bounded by ServerOptions; `path` and `query` are valid UTF-8
// without NUL; header names and values hold no control characters. Nothing of it may be logged but `trace_id` and the
// route's pattern.
//
// A Request belongs to its connection and is used again for the next one: a handler may move members out, but keeps no
// reference to it after it has returned. Not thread-safe (one loop).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "runtime/task.hpp"

namespace herald
{
struct ServiceContext;  // operations/service_context.hpp
struct ApiKey;          // domain/services/service.hpp
struct SignedMessage;   // providers/receipt_source.hpp
}  // namespace herald

namespace herald::http
{

struct Route;

enum class Method : std::uint8_t
{
    get,
    head,
    post,
    put,
    patch,
    del,  // DELETE
    options,
    other,  // anything else: it matches no route
};
std::string_view to_string(Method method);  // "GET"; "OTHER" for other

// Who is asking. All empty for routes without auth; `service` and `key` are set for Auth::service_key only, `message`
// for Auth::sns_signed.
struct Principal
{
    std::shared_ptr<const ServiceContext> service;
    const ApiKey* key = nullptr;  // points into *service
    std::shared_ptr<const SignedMessage> message;
};

// Header fields in the order they came, in one buffer that is kept from request to request.
class Headers
{
public:
    void clear();
    void add(std::string_view name, std::string_view value);
    // The first field of that name, ASCII case ignored.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry
    {
        std::uint32_t name;  // offset into bytes_; the value follows the name
        std::uint32_t name_size;
        std::uint32_t value_size;
    };
    std::string bytes_;
    std::vector<Entry> entries_;
};

// Arguments after "?", decoded, in order. `a=1&a=2&b` gives (a,1) (a,2) (b,"").
class Query
{
public:
    using Item = std::pair<std::string, std::string>;

    void clear() { items_.clear(); }
    void add(std::string name, std::string value) { items_.emplace_back(std::move(name), std::move(value)); }
    [[nodiscard]] std::optional<std::string_view> first(std::string_view name) const;
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const { return first(name).has_value(); }
    [[nodiscard]] const std::vector<Item>& items() const { return items_; }

private:
    std::vector<Item> items_;
};

// The parts of the path that matched {parameters} of the route: spans of Request::path.
struct PathParameters
{
    static constexpr std::size_t kMax = 8;  // of one route
    struct Capture
    {
        std::string_view name;  // from the route table
        std::uint32_t offset = 0;
        std::uint32_t size = 0;
    };
    std::array<Capture, kMax> captures{};
    std::size_t count = 0;
};

struct Request
{
    Method method = Method::get;  // what was asked: head for HEAD, although the GET route answers it
    std::string target;           // as received
    std::string path;             // percent-decoded; "/" and what follows
    Query query;
    Headers headers;
    std::string body;
    std::string base_url;        // "http://host/" from the Host header; https when a trusted X-Forwarded-Proto says so
    std::string remote_address;  // the peer's, or what a trusted proxy added last to X-Forwarded-For
    std::string trace_id;        // of B3 or W3C headers, else made here. May be logged.
    Instant received_at{};       // when it was complete
    Deadline deadline{};         // the server answers 503 by itself after this; awaits in handlers should end earlier
    Principal principal;
    bool head_only = false;  // HEAD: the body of the response is not sent, its length is

    const Route* route = nullptr;  // set by the dispatcher once the path has matched
    PathParameters path_parameters;

    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const { return headers.find(name); }

    // The text of a {parameter} of the route; nullopt when the route has none of that name.
    [[nodiscard]] std::optional<std::string_view> path_parameter(std::string_view name) const;
    // The same as an id. nullopt when it is no UUID (possible only for a parameter without the :uuid converter).
    template <class IdType>
    [[nodiscard]] std::optional<IdType> path_id(std::string_view name) const
    {
        const auto text = path_parameter(name);
        if (!text) return std::nullopt;
        return IdType::parse(*text);
    }
    // A parameter with the :int converter (decimal, no sign, at most 18 digits).
    [[nodiscard]] std::optional<std::int64_t> path_int(std::string_view name) const;

    // Content-Type is application/json (parameters ignored), or application/*+json.
    [[nodiscard]] bool has_json_content_type() const;

    // Ready for the next request; buffers keep their capacity up to a bound.
    void reset();
};

}  // namespace herald::http
