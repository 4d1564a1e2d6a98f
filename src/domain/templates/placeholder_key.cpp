#include "domain/templates/placeholder_key.hpp"

#include <unicode/locid.h>
#include <unicode/unistr.h>

namespace herald
{
namespace
{

bool is_ignored(char c)
{
    return c == ' ' || c == '_' || c == '-';
}

}  // namespace

std::string placeholder_key(std::string_view name)
{
    std::string key;
    key.reserve(name.size());
    bool ascii = true;
    for (const char c : name)
    {
        if (is_ignored(c)) continue;
        ascii = ascii && static_cast<unsigned char>(c) < 0x80;
        key.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    if (ascii) return key;

    std::string lower;
    icu::UnicodeString::fromUTF8(key).toLower(icu::Locale::getRoot()).toUTF8String(lower);
    return lower;
}

}  // namespace herald
