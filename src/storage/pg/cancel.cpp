#include "storage/pg/cancel.hpp"

#include <cstdint>
#include <memory>
#include <thread>

#include <sys/eventfd.h>
#include <unistd.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include "base/log.hpp"

namespace herald::pg
{

namespace
{

// The thread may outlive the loop (a server that does not answer), so it gets nothing of the loop's but a descriptor of
// its own.
void run_cancel(PGcancel* request, int signal)
{
    char words[256];
    PQcancel(request, words, sizeof(words));  // when it fails, the caller's watchdog drops the connection
    PQfreeCancel(request);
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(signal, &one, sizeof(one));
    ::close(signal);
}

}  // namespace

void cancel_on_server(PGconn* connection, const asio::any_io_executor& executor, std::function<void()> done)
{
    auto* request = PQgetCancel(connection);
    const int ended = ::eventfd(0, EFD_CLOEXEC);
    const int signal = ended < 0 ? -1 : ::dup(ended);
    try
    {
        if (request == nullptr || signal < 0) throw std::runtime_error("out of descriptors or memory");
        auto descriptor = std::make_shared<asio::posix::stream_descriptor>(executor, ended);
        descriptor->async_wait(asio::posix::stream_descriptor::wait_read,
                               [descriptor, done](const boost::system::error_code& error)
                               {
                                   if (!error) done();
                               });
        std::thread(run_cancel, request, signal).detach();
    }
    catch (const std::exception& problem)
    {
        log::warning("a statement could not be cancelled", {{"reason", problem.what()}});
        PQfreeCancel(request);
        if (signal >= 0) ::close(signal);
        asio::post(executor, std::move(done));
    }
}

}  // namespace herald::pg
