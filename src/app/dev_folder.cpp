#include "app/dev_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/json.hpp"

namespace herald
{

namespace
{

constexpr std::string_view kFileName = "herald.json";

Failure system_failure(std::string_view what, const std::filesystem::path& path)
{
    return fail(ErrorKind::unavailable, std::string(what) + " " + path.string() + ": " + std::strerror(errno));
}

bool write_all(int file, std::string_view text)
{
    while (!text.empty())
    {
        const auto written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(file) == 0;
}

std::string text_of(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

Result<void> write_file_atomically(const std::filesystem::path& path, const std::string& text, unsigned mode)
{
    const std::filesystem::path draft = path.string() + ".new";
    const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (file < 0) return system_failure("cannot write", draft);
    const bool complete = ::fchmod(file, mode) == 0 && write_all(file, text);
    if (::close(file) != 0 || !complete) return system_failure("cannot write", draft);
    if (std::rename(draft.c_str(), path.c_str()) != 0) return system_failure("cannot rename to", path);
    return {};
}

Result<DevFolder> read_dev_folder(const std::filesystem::path& directory)
{
    const auto path = directory / kFileName;
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorKind::not_found, "there is no " + path.string());
    std::ostringstream text;
    text << file.rdbuf();
    const auto value = parse_json(text.str());
    if (!value || !value->is_object()) return fail(ErrorKind::validation, path.string() + " is damaged");
    const auto& object = value->get_object();
    return DevFolder{text_of(object, "database_url"), text_of(object, "keys"), text_of(object, "internal_secret")};
}

Result<void> write_dev_folder(const std::filesystem::path& directory, const DevFolder& content)
{
    const json::object object{
        {"database_url", content.database_url}, {"keys", content.keys}, {"internal_secret", content.internal_secret}};
    return write_file_atomically(directory / kFileName, to_wire(object), 0600);
}

}  // namespace herald
