#include "http/server/request_parser.hpp"

#include <optional>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace herald::http
{

namespace
{

namespace beast = boost::beast;
using beast::http::field;
using beast::http::verb;
using boost::system::error_code;

constexpr std::size_t kMaxFields = 100;
// A body's buffer grows with what has arrived, not with what Content-Length promises.
constexpr std::size_t kFirstReserve = 64 * 1024;
constexpr std::size_t kLastChunk = 5;  // bytes of the shortest: 0 CRLF CRLF

Method method_of(verb method)
{
    switch (method)
    {
        case verb::get:
            return Method::get;
        case verb::head:
            return Method::head;
        case verb::post:
            return Method::post;
        case verb::put:
            return Method::put;
        case verb::patch:
            return Method::patch;
        case verb::delete_:
            return Method::del;
        case verb::options:
            return Method::options;
        default:
            return Method::other;
    }
}

std::string_view view(beast::string_view text)
{
    return {text.data(), text.size()};
}

class Message final : public beast::http::basic_parser<true>
{
public:
    Message(Request& request, ParserLimits limits) : request_(request), limits_(limits)
    {
        eager(true);
        header_limit(static_cast<std::uint32_t>(limits.max_header_bytes));
        body_limit(limits.max_body_bytes);
    }

    [[nodiscard]] bool expects_continue() const { return expects_continue_; }
    [[nodiscard]] bool is_http_1_0() const { return version_ == 10; }

private:
    void on_request_impl(verb method, beast::string_view, beast::string_view target, int version,
                         error_code& error) override
    {
        request_.method = method_of(method);
        request_.head_only = method == verb::head;
        request_.target.assign(target.data(), target.size());
        version_ = version;
        count_header(target.size(), error);
    }

    void on_field_impl(field name, beast::string_view name_text, beast::string_view value, error_code& error) override
    {
        if (in_body_) return;  // a trailer: nothing here may be overruled after the header was read
        if (name == field::transfer_encoding) check_coding(value, error);
        if (name == field::expect) expects_continue_ = version_ == 11 && beast::iequals(value, "100-continue");
        if (!error) count_header(name_text.size() + value.size() + 4, error);
        if (!error && request_.headers.size() == kMaxFields) error = beast::http::error::header_limit;
        if (!error) request_.headers.add(view(name_text), view(value));
    }

    void on_header_impl(error_code&) override { in_body_ = true; }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override
    {
        if (length) request_.body.reserve(std::min<std::size_t>(static_cast<std::size_t>(*length), kFirstReserve));
    }

    std::size_t on_body_impl(beast::string_view bytes, error_code&) override
    {
        request_.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, error_code&) override
    {
        request_.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void on_response_impl(int, beast::string_view, int, error_code&) override {}
    void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    // Beast ignores codings it does not know, which would leave the body to be read as the next request.
    void check_coding(beast::string_view value, error_code& error) const
    {
        if (version_ != 11) error = beast::http::error::bad_transfer_encoding;
        if (!beast::iequals(value, "chunked")) error = make_error_code(boost::system::errc::function_not_supported);
    }

    // Beast limits what it has not consumed yet, and it consumes field by field: a header that trickles in is counted
    // here.
    void count_header(std::size_t bytes, error_code& error)
    {
        header_bytes_ += bytes;
        if (header_bytes_ > limits_.max_header_bytes) error = beast::http::error::header_limit;
    }

    Request& request_;
    ParserLimits limits_;
    std::size_t header_bytes_ = 0;
    int version_ = 11;
    bool expects_continue_ = false;
    bool in_body_ = false;
};

ParseStatus status_of(const error_code& error)
{
    if (error == beast::http::error::header_limit) return ParseStatus::header_too_large;
    if (error == beast::http::error::body_limit) return ParseStatus::body_too_large;
    if (error == boost::system::errc::function_not_supported) return ParseStatus::not_implemented;
    return ParseStatus::malformed;
}

}  // namespace

struct RequestParser::Impl
{
    ParserLimits limits;
    std::optional<Message> message;  // Beast's parsers serve one message each
};

RequestParser::RequestParser(ParserLimits limits) : impl_(std::make_unique<Impl>())
{
    impl_->limits = limits;
}

RequestParser::~RequestParser() = default;

void RequestParser::start(Request& request)
{
    impl_->message.emplace(request, impl_->limits);
}

ParseStatus RequestParser::put(std::string_view bytes, std::size_t& consumed)
{
    Message& message = *impl_->message;
    consumed = 0;
    // Beast asserts that a last chunk whose first line it has seen comes with all of its bytes.
    const bool may_be_last = message.is_header_done() && message.chunked() && bytes.starts_with('0');
    if (may_be_last && bytes.size() < kLastChunk) return ParseStatus::need_more;
    error_code error;
    consumed = message.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (error && error != beast::http::error::need_more) return status_of(error);
    if (message.is_done()) return ParseStatus::done;
    // A chunk's extensions, or trailers: Beast waits for their end without a limit of its own.
    if (bytes.size() - consumed >= impl_->limits.max_header_bytes) return ParseStatus::header_too_large;
    return ParseStatus::need_more;
}

bool RequestParser::header_done() const
{
    return impl_->message->is_header_done();
}

bool RequestParser::expects_continue() const
{
    return impl_->message->expects_continue();
}

bool RequestParser::keep_alive() const
{
    return impl_->message->keep_alive();
}

bool RequestParser::is_http_1_0() const
{
    return impl_->message->is_http_1_0();
}

}  // namespace herald::http
