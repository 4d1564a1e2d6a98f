#include "base/log.hpp"

#include <cmath>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace herald::log
{

namespace
{

Format format = Format::text;

// spdlog gives the levels, the lock and the sink; the line itself is ours.
spdlog::logger& logger()
{
    static const auto instance = [] {
        auto made = spdlog::stderr_logger_mt("herald");
        made->set_pattern("%v");
        made->flush_on(spdlog::level::info);
        return made;
    }();
    return *instance;
}

void append_escaped(std::string& line, std::string_view text)
{
    for (const char c : text)
    {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
        {
            line += '\\';
            line += c;
        }
        else if (byte < 0x20 || byte == 0x7F)
            line += fmt::format("\\u{:04x}", byte);
        else
            line += c;
    }
}

struct AppendValue
{
    std::string& line;
    void operator()(std::string_view text) const
    {
        line += '"';
        append_escaped(line, text);
        line += '"';
    }
    void operator()(std::int64_t number) const { line += std::to_string(number); }
    void operator()(double number) const { line += std::isfinite(number) ? fmt::format("{}", number) : "null"; }
    void operator()(bool value) const { line += value ? "true" : "false"; }
};

std::string time_now()
{
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto seconds = std::chrono::system_clock::to_time_t(now);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                       parts.tm_hour, parts.tm_min, parts.tm_sec, now.time_since_epoch().count() % 1000);
}

std::string json_line(std::string_view level, std::string_view message, Fields fields)
{
    std::string line = fmt::format(R"({{"time":"{}","level":"{}","message":")", time_now(), level);
    append_escaped(line, message);
    line += '"';
    for (const Field& field : fields)
    {
        line += ",\"";
        append_escaped(line, field.name);
        line += "\":";
        std::visit(AppendValue{line}, field.value);
    }
    return line + "}";
}

std::string text_line(std::string_view level, std::string_view message, Fields fields)
{
    std::string line = fmt::format("{} {:<7} ", time_now().substr(11, 12), level);
    append_escaped(line, message);
    for (const Field& field : fields)
    {
        line += fmt::format("  {}=", field.name);
        std::visit(AppendValue{line}, field.value);
    }
    return line;
}

void write(spdlog::level::level_enum level, std::string_view name, std::string_view message, Fields fields)
{
    if (!logger().should_log(level)) return;
    const auto line = format == Format::json ? json_line(name, message, fields) : text_line(name, message, fields);
    logger().log(level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void configure(Level level, Format wanted)
{
    static constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                                            spdlog::level::err};
    format = wanted;
    logger().set_level(kLevels[static_cast<int>(level)]);
}

void debug(std::string_view message, Fields fields)
{
    write(spdlog::level::debug, "debug", message, fields);
}

void info(std::string_view message, Fields fields)
{
    write(spdlog::level::info, "info", message, fields);
}

void warning(std::string_view message, Fields fields)
{
    write(spdlog::level::warn, "warning", message, fields);
}

void error(std::string_view message, Fields fields)
{
    write(spdlog::level::err, "error", message, fields);
}

}  // namespace herald::log
