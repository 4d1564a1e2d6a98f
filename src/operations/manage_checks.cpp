#include "operations/manage_checks.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kLongestName = 255;

bool is_control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

Result<void> check_text(std::string_view of, std::string_view text)
{
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
        return fail(ErrorKind::validation, std::string(of) + " is not UTF-8 text");
    return {};
}

Result<void> check_name(std::string_view of, std::string_view name)
{
    const std::string owner = "The name of " + std::string(of);
    if (auto checked = check_text(owner, name); !checked) return checked;
    if (std::ranges::any_of(name, is_control))
        return fail(ErrorKind::validation, owner + " may not hold line breaks or control characters");
    if (name.find_first_not_of(' ') == std::string_view::npos)
        return fail(ErrorKind::validation, owner + " may not be empty");
    if (name.size() > kLongestName) return fail(ErrorKind::validation, owner + " may take 255 bytes at most");
    return {};
}

std::string no_such_service(std::string_view asked)
{
    return "There is no service '" + std::string(asked) + "'; `herald service list` shows them all";
}

}  // namespace herald
