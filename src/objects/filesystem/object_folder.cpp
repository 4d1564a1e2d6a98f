#include "objects/filesystem/object_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/uuid.hpp"

namespace herald
{
namespace
{

constexpr std::string_view kNewPrefix = ".new-";
constexpr std::size_t kMaxNameBytes = 255;     // what Linux takes
constexpr std::size_t kMaxHeadBytes = 16'384;  // several times what is_object_metadata allows
constexpr auto kAbandonedAfter = std::chrono::days(1);

[[noreturn]] void raise(std::string_view what)
{
    throw ObjectStoreError(fmt::format("{}: {}", what, std::generic_category().message(errno)));
}

// How a file is named by the key of its object.
std::string name_of(std::string_view key)
{
    std::string name;
    for (const char c : key)
    {
        const bool is_plain = c != '/' && c != '%' && !(c == '.' && name.empty());
        if (is_plain)
            name += c;
        else
            name += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    if (name.size() > kMaxNameBytes) throw std::invalid_argument("the key is too long for the name of a file");
    return name;
}

// nullopt: a file of that name is no object.
std::optional<std::string> key_of(std::string_view name)
{
    std::string key;
    for (std::size_t at = 0; at < name.size(); ++at)
    {
        if (name[at] != '%')
        {
            key += name[at];
            continue;
        }
        const auto code = name.substr(at + 1, 2);
        if (code != "2F" && code != "25" && code != "2E") return std::nullopt;
        key += code == "2F" ? '/' : code == "25" ? '%' : '.';
        at += 2;
    }
    // Only what name_of makes: two names for one key would be two objects.
    if (!is_object_key(key) || name_of(key) != name) return std::nullopt;
    return key;
}

std::string write_head(const ObjectMetadata& metadata)
{
    json::object words;
    for (const auto& [name, value] : metadata) words[name] = value;
    json::object head;
    head["metadata"] = std::move(words);
    return to_wire(head);  // one line, with its end
}

std::optional<ObjectMetadata> read_head(std::string_view line)
{
    const auto parsed = parse_json(line);
    const auto* head = parsed ? parsed->if_object() : nullptr;
    const auto* found = head == nullptr ? nullptr : head->if_contains("metadata");
    if (found == nullptr || !found->is_object()) return std::nullopt;
    ObjectMetadata metadata;
    for (const auto& [name, value] : found->get_object())
    {
        if (!value.is_string()) return std::nullopt;
        metadata.emplace(name, value.get_string());
    }
    return metadata;
}

Instant modified_at(const struct stat& status)
{
    const auto since = std::chrono::seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec);
    return Instant(std::chrono::duration_cast<Instant::duration>(since));
}

// As much as there is, up to `size` bytes.
std::size_t read_at(int file, char* target, std::size_t size, std::uint64_t position)
{
    std::size_t done = 0;
    while (done < size)
    {
        const auto got = ::pread(file, target + done, size - done, static_cast<off_t>(position + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) raise("an object cannot be read");
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

using Folder = std::unique_ptr<DIR, decltype(&::closedir)>;

// Calls `visit` with the name of each file.
void for_each_name(int folder, const std::function<void(std::string_view)>& visit)
{
    // A description of its own: where a listing has got to belongs to the description.
    const int again = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again < 0) raise("the folder of objects cannot be listed");
    const Folder listing(::fdopendir(again), &::closedir);
    if (!listing)
    {
        ::close(again);
        raise("the folder of objects cannot be listed");
    }
    errno = 0;
    while (const auto* entry = ::readdir(listing.get())) visit(entry->d_name);
    if (errno != 0) raise("the folder of objects cannot be listed");
}

}  // namespace

Descriptor::~Descriptor()
{
    if (is_open()) ::close(number_);
}

std::string ObjectFile::read(std::uint64_t position, std::size_t most) const
{
    std::string bytes(std::min<std::uint64_t>(most, info.size - position), '\0');
    if (read_at(file.get(), bytes.data(), bytes.size(), begin + position) < bytes.size())
        throw ObjectStoreError("an object is shorter than it was");
    return bytes;
}

ObjectFolder::ObjectFolder(const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::create_directories(folder.parent_path(), error);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        raise("the folder of objects " + folder.string() + " cannot be made");
    folder_ = Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder_.is_open()) raise("the folder of objects " + folder.string() + " cannot be opened");
    remove_abandoned();
}

std::optional<ObjectFile> ObjectFolder::open(std::string_view key) const
{
    const std::string name = name_of(key);
    ObjectFile object;
    // A pipe under that name would hold up the thread.
    object.file = Descriptor(::openat(folder_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!object.file.is_open() && errno == ENOENT) return std::nullopt;
    if (!object.file.is_open()) raise("an object cannot be opened");
    struct stat status{};
    if (::fstat(object.file.get(), &status) != 0) raise("an object cannot be opened");
    if (!S_ISREG(status.st_mode)) throw ObjectStoreError("what is there in place of an object is not a file");

    std::string head(kMaxHeadBytes, '\0');
    head.resize(read_at(object.file.get(), head.data(), head.size(), 0));
    const auto end = head.find('\n');
    auto metadata = end == std::string::npos ? std::nullopt : read_head(std::string_view(head).substr(0, end));
    if (!metadata) throw ObjectStoreError("what is there in place of an object is a file that Herald did not write");
    object.begin = end + 1;
    object.info.size = static_cast<std::uint64_t>(status.st_size) - object.begin;
    object.info.modified_at = modified_at(status);
    object.info.metadata = *std::move(metadata);
    return object;
}

void ObjectFolder::remove(std::string_view key) const
{
    if (::unlinkat(folder_.get(), name_of(key).c_str(), 0) == 0) return flush();
    if (errno != ENOENT) raise("an object cannot be removed");
}

ObjectPage ObjectFolder::list(std::string_view prefix, std::string_view after, std::size_t limit) const
{
    std::set<std::string> first;  // the smallest keys, and one more
    const auto keep = [&](std::string_view name)
    {
        auto key = key_of(name);
        if (!key || !key->starts_with(prefix) || *key <= after) return;
        first.insert(*std::move(key));
        if (first.size() > limit + 1) first.erase(std::prev(first.end()));
    };
    for_each_name(folder_.get(), keep);

    ObjectPage page;
    if (first.size() > limit)
    {
        first.erase(std::prev(first.end()));
        page.next = *first.rbegin();
    }
    for (const auto& key : first)
    {
        const auto object = open(key);
        if (object) page.objects.push_back({key, object->info.size, object->info.modified_at});
    }
    return page;
}

void ObjectFolder::remove_abandoned() const
{
    const auto oldest = std::chrono::system_clock::now() - kAbandonedAfter;
    const auto remove_old = [&](std::string_view name)
    {
        if (!name.starts_with(kNewPrefix)) return;
        const std::string file(name);
        struct stat status{};
        if (::fstatat(folder_.get(), file.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
        if (modified_at(status) < oldest) ::unlinkat(folder_.get(), file.c_str(), 0);
    };
    for_each_name(folder_.get(), remove_old);
}

void ObjectFolder::flush() const
{
    if (::fsync(folder_.get()) != 0) raise("the folder of objects cannot be written");
}

NewObjectFile::NewObjectFile(const ObjectFolder& folder, std::string_view key, const ObjectMetadata& metadata)
    : folder_(folder), name_(name_of(key)), temporary_name_(std::string(kNewPrefix) + make_uuid_v4().to_string())
{
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    file_ = Descriptor(::openat(folder_.folder_.get(), temporary_name_.c_str(), kFlags, 0600));
    if (!file_.is_open()) raise("an object cannot be made");
    append(write_head(metadata));
}

NewObjectFile::~NewObjectFile()
{
    if (file_.is_open() && !is_committed_) ::unlinkat(folder_.folder_.get(), temporary_name_.c_str(), 0);
}

void NewObjectFile::append(std::string_view bytes)
{
    while (!bytes.empty())
    {
        const auto done = ::write(file_.get(), bytes.data(), bytes.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) raise("an object cannot be written");
        bytes.remove_prefix(static_cast<std::size_t>(done));
    }
}

void NewObjectFile::commit()
{
    const int folder = folder_.folder_.get();
    if (::fsync(file_.get()) != 0) raise("an object cannot be written");
    if (::renameat(folder, temporary_name_.c_str(), folder, name_.c_str()) != 0) raise("an object cannot be written");
    is_committed_ = true;
    folder_.flush();
}

}  // namespace herald
