#include "base/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <memory>

#include "base/log_line.hpp"

namespace herald::log
{
namespace
{

constexpr std::size_t kQueuedLines = 8192;

// The queue keeps a full pipe on standard error from stopping a loop: when nobody reads, the oldest lines are dropped.
// Errors do not wait in it, because the process may be about to end; they may so overtake lines of less weight.
class Writer
{
public:
    Writer()
        : pool_(std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1)),
          sink_(std::make_shared<spdlog::sinks::stderr_sink_mt>()),
          queued_(std::make_shared<spdlog::async_logger>("herald", sink_, pool_,
                                                         spdlog::async_overflow_policy::overrun_oldest)),
          direct_(std::make_shared<spdlog::logger>("herald", sink_))
    {
        sink_->set_pattern("%v");
        queued_->set_level(spdlog::level::trace);
    }
    void write(Level level, const std::string& line)
    {
        if (level == Level::error)
            direct_->info(spdlog::string_view_t(line));
        else
            queued_->info(spdlog::string_view_t(line));
    }

private:
    std::shared_ptr<spdlog::details::thread_pool> pool_;  // its destructor writes what is queued
    std::shared_ptr<spdlog::sinks::stderr_sink_mt> sink_;
    std::shared_ptr<spdlog::async_logger> queued_;
    std::shared_ptr<spdlog::logger> direct_;
};

std::atomic<Level> minimum_level{Level::info};
std::atomic<Format> line_format{Format::text};

void write(Level level, std::string_view message, Fields fields)
{
    if (level < minimum_level.load(std::memory_order_relaxed)) return;
    static Writer writer;
    const SystemClock clock;
    writer.write(level, format_line(line_format.load(std::memory_order_relaxed), clock.now(), level, message, fields));
}

}  // namespace

void configure(Level level, Format format)
{
    minimum_level = level;
    line_format = format;
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
