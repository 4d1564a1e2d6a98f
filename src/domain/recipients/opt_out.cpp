#include "domain/recipients/opt_out.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace herald
{

namespace
{

constexpr std::array<std::string_view, 16> kStop = {
    "STOP",   "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END",   "QUIT",  "REVOKE",
    "OPTOUT", "OPT OUT", "OPT-OUT",  "REMOVE",      "ARRET",  "ARRÊT", "ARRêT", "TD",
};
constexpr std::array<std::string_view, 2> kStart = {"START", "UNSTOP"};
constexpr std::size_t kLongest = 40;
constexpr std::string_view kAround = " \t\r\n.!,;:'\"()*";

// ASCII letters only.
char upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

OptOutWish read_opt_out(std::string_view text)
{
    const auto first = text.find_first_not_of(kAround);
    if (first == std::string_view::npos) return OptOutWish::none;
    const auto trimmed = text.substr(first, text.find_last_not_of(kAround) - first + 1);
    if (trimmed.size() > kLongest) return OptOutWish::none;
    std::string word(trimmed);
    std::ranges::transform(word, word.begin(), upper);
    if (std::ranges::find(kStop, word) != kStop.end()) return OptOutWish::stop;
    if (std::ranges::find(kStart, word) != kStart.end()) return OptOutWish::start;
    return OptOutWish::none;
}

}  // namespace herald
