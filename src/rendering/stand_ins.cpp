#include "rendering/stand_ins.hpp"

#include <algorithm>
#include <cstddef>

#include "rendering/text.hpp"

namespace herald::rendering
{

namespace
{

constexpr std::string_view kMarks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
constexpr char32_t kFirstStandIn = 0xFDD0;
constexpr char32_t kBreakStandIn = 0xFFFE;
static_assert(kMarks.size() == 32);

}  // namespace

bool is_mark(char c)
{
    return kMarks.contains(c);
}

void append_stand_in(std::string& out, char mark)
{
    append_utf8(out, kFirstStandIn + static_cast<char32_t>(kMarks.find(mark)));
}

void append_break_stand_in(std::string& out)
{
    append_utf8(out, kBreakStandIn);
}

char stand_in_mark(char32_t c)
{
    if (c == kBreakStandIn) return '\n';
    return c >= kFirstStandIn && c < kFirstStandIn + kMarks.size() ? kMarks[c - kFirstStandIn] : '\0';
}

std::string restore_breaks(std::string_view text)
{
    std::string mark;
    append_utf8(mark, kBreakStandIn);
    std::string out;
    out.reserve(text.size());
    while (true)
    {
        const auto at = text.find(mark);
        out += text.substr(0, at);
        if (at == std::string_view::npos) return out;
        out.push_back('\n');
        text.remove_prefix(at + mark.size());
    }
}

std::string restore_marks(std::string_view text)
{
    constexpr char kLeadByte = '\xEF';  // of every stand-in
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();)
    {
        const auto lead = std::min(text.find(kLeadByte, at), text.size());
        out.append(text.substr(at, lead - at));
        at = lead;
        if (at == text.size()) break;
        const char mark = stand_in_mark(next_code_point(text, at));
        if (mark != '\0')
            out.push_back(mark);
        else
            out.append(text.substr(lead, at - lead));
    }
    return out;
}

}  // namespace herald::rendering
