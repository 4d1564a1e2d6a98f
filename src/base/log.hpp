// Structured logs: one JSON object a line on standard error (time, level, message, then the fields given).
//
// Never pass a recipient, personalisation, token or secret: a test greps the log of an end-to-end run for them.
// Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace herald::log
{

enum class Level
{
    debug,
    info,
    warning,
    error,
};

enum class Format
{
    json,  // for machines, the default of `herald serve`
    text,  // for people, the default of `herald dev`
};

// Called once, before other threads start. Until then: info, text.
void configure(Level level, Format format);

// Returns when every line logged before has been written, or after `patience`: for a process that is about to end
// without destructors. Blocking.
void flush(std::chrono::milliseconds patience);

using Value = std::variant<std::string_view, std::int64_t, double, bool>;

struct Field
{
    std::string_view name;
    Value value;

    Field(std::string_view n, std::string_view v) : name(n), value(v) {}
    Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
    Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
    Field(std::string_view n, bool v) : name(n), value(v) {}
    Field(std::string_view n, double v) : name(n), value(v) {}
    template <class Integer>
        requires std::is_integral_v<Integer>
    Field(std::string_view n, Integer v) : name(n), value(static_cast<std::int64_t>(v))
    {
    }
};

using Fields = std::initializer_list<Field>;

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warning(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

}  // namespace herald::log
