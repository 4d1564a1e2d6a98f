#include "rendering/stand_ins.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "rendering/text.hpp"

namespace herald::rendering
{

namespace
{

constexpr std::string_view kMarks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
constexpr char32_t kFirstStandIn = 0xFDD0;
constexpr std::string_view kHidden = "\n\"'";
constexpr std::array<char32_t, kHidden.size()> kHiddenStandIns = {0x2028, 0xFFFE, 0xFFFF};
static_assert(kMarks.size() == 32);

char hidden_by(char32_t c)
{
    const auto* const found = std::ranges::find(kHiddenStandIns, c);
    return found == kHiddenStandIns.end() ? '\0' : kHidden[static_cast<std::size_t>(found - kHiddenStandIns.begin())];
}

char marked_by(char32_t c)
{
    return c >= kFirstStandIn && c < kFirstStandIn + kMarks.size() ? kMarks[c - kFirstStandIn] : '\0';
}

// The first bytes of all stand-ins.
bool may_begin_stand_in(char c)
{
    return c == '\xEF' || c == '\xE2';
}

template <typename Restored>
std::string restore(std::string_view text, Restored restored)
{
    std::string out;
    out.reserve(text.size());
    while (true)
    {
        const auto* const lead = std::ranges::find_if(text, may_begin_stand_in);
        out.append(text.begin(), lead);
        if (lead == text.end()) return out;
        text.remove_prefix(static_cast<std::size_t>(lead - text.begin()));
        std::size_t length = 0;
        const char c = restored(next_code_point(text, length));
        if (c != '\0')
            out.push_back(c);
        else
            out.append(text.substr(0, length));
        text.remove_prefix(length);
    }
}

}  // namespace

bool is_mark(char c)
{
    return kMarks.contains(c);
}

void append_stand_in(std::string& out, char mark)
{
    append_utf8(out, kFirstStandIn + static_cast<char32_t>(kMarks.find(mark)));
}

void append_hidden(std::string& out, char c)
{
    append_utf8(out, kHiddenStandIns[kHidden.find(c)]);
}

char stood_for(char32_t c)
{
    const char hidden = hidden_by(c);
    return hidden == '\0' ? marked_by(c) : hidden;
}

std::string restore_hidden(std::string_view text)
{
    return restore(text, hidden_by);
}

std::string restore_marks(std::string_view text)
{
    return restore(text, marked_by);
}

}  // namespace herald::rendering
