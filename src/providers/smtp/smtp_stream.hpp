// One TCP connection to an SMTP server, in clear or under TLS, with one deadline for all that is done on it.
//
// Belongs to the Loop of its executor. One operation at a time. Nothing here throws for what the other side does: an
// operation says what ended it, and after any failure the connection is closed.
//
// Security: TLS 1.2 or newer, and the server's certificate must be vouched for by the context's authorities and carry
// the name that was asked for.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/ssl/context.hpp>

#include "runtime/task.hpp"

namespace herald
{

class SmtpStream
{
public:
    // `tls` outlives the stream.
    SmtpStream(asio::any_io_executor executor, asio::ssl::context& tls);
    ~SmtpStream();  // closes at once
    SmtpStream(const SmtpStream&) = delete;
    SmtpStream& operator=(const SmtpStream&) = delete;

    // Then, and not before the next call of this, the connection is dropped and what is under way ends with an error.
    void set_deadline(Deadline deadline);
    [[nodiscard]] bool timed_out() const;

    Task<boost::system::error_code> connect(std::string host, int port);
    Task<boost::system::error_code> start_tls(std::string host);
    Task<boost::system::error_code> write(std::string_view bytes);
    // Appends what has come, at least one byte.
    Task<boost::system::error_code> read(std::string& to);

    // Open, and the other side has neither closed it nor said anything: what a connection that waits must look like.
    [[nodiscard]] bool is_quiet() const;
    void close();
    // Writes `last_words` and closes, behind the caller's back and within a second.
    void close_after(std::string last_words);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace herald
