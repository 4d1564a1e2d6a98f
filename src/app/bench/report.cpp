#include "app/bench/report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/json.hpp"

namespace herald::bench
{

namespace
{

// Three digits or more, whatever the size: 0.42, 17.3, 8125.
std::string text_of(double value)
{
    const double size = std::abs(value);
    return fmt::format("{:.{}f}", value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

std::string text_of(std::uint64_t value)
{
    return std::to_string(value);
}

}  // namespace

std::string to_json(const Report& report)
{
    json::object figures;
    for (const Figure& figure : report.figures)
        std::visit([&](auto value) { figures[figure.name] = value; }, figure.value);
    json::object answer = figures;
    answer[report.command] = std::move(figures);
    return to_wire(answer);
}

std::string to_text(const Report& report)
{
    std::vector<std::string> values;
    std::size_t width = 0;
    for (const Figure& figure : report.figures)
    {
        values.push_back(std::visit([](auto value) { return text_of(value); }, figure.value));
        width = std::max(width, values.back().size());
    }
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i)
        text += fmt::format("{:>{}}  {}\n", values[i], width, report.figures[i].meaning);
    return text;
}

}  // namespace herald::bench
