#include "base/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <memory>
#include <thread>

#include "base/log_line.hpp"

namespace herald::log
{
namespace
{

constexpr std::size_t kQueuedLines = 8192;
constexpr std::chrono::milliseconds kLook{1};

// Says when a flush, which is queued like a line, has had its turn.
class Sink final : public spdlog::sinks::stderr_sink_mt
{
public:
    void flush() override
    {
        spdlog::sinks::stderr_sink_mt::flush();
        ++flushed;
    }

    std::atomic<std::uint64_t> flushed = 0;
};

// The queue keeps a full pipe on standard error from stopping a loop: when nobody reads, the oldest lines are dropped.
class Writer
{
public:
    Writer()
        : pool_(std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1)),
          sink_(std::make_shared<Sink>()),
          queued_(std::make_shared<spdlog::async_logger>("herald", sink_, pool_,
                                                         spdlog::async_overflow_policy::overrun_oldest))
    {
        sink_->set_pattern("%v");
        queued_->set_level(spdlog::level::trace);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    // The pool's thread writes what is queued and ends before what it writes with goes.
    ~Writer() { pool_.reset(); }

    void write(const std::string& line) { queued_->info(spdlog::string_view_t(line)); }

    void flush(std::chrono::steady_clock::time_point until)
    {
        const auto flushed_before = sink_->flushed.load();
        queued_->flush();
        while (sink_->flushed.load() == flushed_before && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(kLook);
    }

private:
    std::shared_ptr<spdlog::details::thread_pool> pool_;
    std::shared_ptr<Sink> sink_;
    std::shared_ptr<spdlog::async_logger> queued_;
};

std::atomic<Level> minimum_level{Level::info};
std::atomic<Format> line_format{Format::text};

Writer& writer()
{
    static Writer only;
    return only;
}

void write(Level level, std::string_view message, Fields fields)
{
    if (level < minimum_level.load(std::memory_order_relaxed)) return;
    const SystemClock clock;
    writer().write(format_line(line_format.load(std::memory_order_relaxed), clock.now(), level, message, fields));
}

}  // namespace

void configure(Level level, Format format)
{
    minimum_level = level;
    line_format = format;
}

void flush(std::chrono::milliseconds patience)
{
    writer().flush(std::chrono::steady_clock::now() + patience);
}

void debug(std::string_view message, Fields fields)
{
    write(Level::debug, message, fields);
}

void info(std::string_view message, Fields fields)
{
    write(Level::info, message, fields);
}

void warning(std::string_view message, Fields fields)
{
    write(Level::warning, message, fields);
}

void error(std::string_view message, Fields fields)
{
    write(Level::error, message, fields);
}

}  // namespace herald::log
