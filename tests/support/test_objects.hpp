// Two object stores in a folder of their own, as an API process has them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "objects/filesystem/filesystem_object_store.hpp"

namespace herald::testing
{

class TemporaryFolder
{
public:
    TemporaryFolder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "herald-objects-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

class TestObjects
{
public:
    ObjectStore& uploads() { return uploads_; }
    ObjectStore& contact_lists() { return contact_lists_; }

private:
    TemporaryFolder folder_;
    CpuPool pool_{1, 256};
    FilesystemObjectStore uploads_{folder_.path() / "uploads", pool_};
    FilesystemObjectStore contact_lists_{folder_.path() / "contact-lists", pool_};
};

}  // namespace herald::testing
