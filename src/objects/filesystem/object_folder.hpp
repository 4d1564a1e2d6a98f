// The files of a FilesystemObjectStore. Everything here blocks, and belongs on a thread of a CpuPool. Thread-safe, and
// safe between processes that share the folder.
//
// One object is one file, named by its key in percent-encoding (of '/', '%' and a '.' in front), all in one folder: so
// no key can name anything outside of it, and "a" and "a/b" do not get in each other's way. The file is a line of JSON
// with the metadata, and then the object: `tail -n +2 FILE` shows it. Metadata that came in a second file, or as
// attributes of the file, could be another object's after a crash, or get lost on the way to another disk.
//
// A new object is written under a name that begins with ".new-", which is no key's, flushed to the disk, and renamed.
//
// Security: a file that is not a regular one, a symbolic link for one, is refused. Mode 0600 in a folder of mode 0700.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "objects/object_store.hpp"

namespace herald
{

// An open file, closed with it.
class Descriptor
{
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();

    [[nodiscard]] int get() const { return number_; }
    [[nodiscard]] bool is_open() const { return number_ >= 0; }

private:
    int number_;
};

// An object to be read: the one that had the key when it was opened, whatever takes its place later.
struct ObjectFile
{
    Descriptor file;
    std::uint64_t begin = 0;  // where the object's bytes begin
    ObjectInfo info;

    // The next bytes from `position` of the object on, at most `most`; fewer only at its end.
    [[nodiscard]] std::string read(std::uint64_t position, std::size_t most) const;
};

class ObjectFolder
{
public:
    // Makes the folder when it is not there, and removes what writers that were killed left there a day ago or earlier.
    explicit ObjectFolder(const std::filesystem::path& folder);

    // nullopt: there is no such object. All throw ObjectStoreError.
    [[nodiscard]] std::optional<ObjectFile> open(std::string_view key) const;
    void remove(std::string_view key) const;
    [[nodiscard]] ObjectPage list(std::string_view prefix, std::string_view after, std::size_t limit) const;

private:
    friend class NewObjectFile;

    void remove_abandoned() const;
    void flush() const;  // what the folder lists, to the disk

    Descriptor folder_;
};

// An object that is being written. `folder` outlives it. Destroyed uncommitted, it removes its file.
class NewObjectFile
{
public:
    NewObjectFile(const ObjectFolder& folder, std::string_view key, const ObjectMetadata& metadata);
    ~NewObjectFile();
    NewObjectFile(const NewObjectFile&) = delete;
    NewObjectFile& operator=(const NewObjectFile&) = delete;

    void append(std::string_view bytes);
    void commit();

private:
    const ObjectFolder& folder_;
    const std::string name_;
    const std::string temporary_name_;
    Descriptor file_;
    bool is_committed_ = false;
};

}  // namespace herald
