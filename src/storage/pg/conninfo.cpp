#include "storage/pg/conninfo.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>

namespace herald::pg
{

namespace
{

// A raw / or @ of a password makes libpq take its rest for a port, a host or the database's name.
bool is_cut_apart(std::string_view conninfo)
{
    const bool uri = conninfo.starts_with("postgresql://") || conninfo.starts_with("postgres://");
    if (!uri) return false;
    const auto rest = conninfo.substr(conninfo.find("://") + 3);
    const auto place = rest.substr(0, rest.find('?'));
    const auto at = place.rfind('@');
    return at != std::string_view::npos && place.substr(0, at).find_first_of("/@") != std::string_view::npos;
}

bool has_bad_port(const PQconninfoOption* options)
{
    for (const auto* option = options; option->keyword != nullptr; ++option)
    {
        if (std::string_view(option->keyword) != "port" || option->val == nullptr) continue;
        return !std::ranges::all_of(std::string_view(option->val),
                                    [](char c) { return (c >= '0' && c <= '9') || c == ','; });
    }
    return false;
}

}  // namespace

Result<void> check_conninfo(const std::string& conninfo)
{
    char* words = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(conninfo.c_str(), &words), &PQconninfoFree);
    PQfreemem(words);
    if (options && !is_cut_apart(conninfo) && !has_bad_port(options.get())) return {};
    return fail(ErrorKind::validation,
                "database.url is not a connection string of PostgreSQL; in a postgresql:// URI special characters of a "
                "password are percent-encoded (/ is %2F, @ is %40)");
}

}  // namespace herald::pg
