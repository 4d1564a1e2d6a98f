// What `herald dev` keeps in its data folder besides the database cluster: herald.json, with what other commands and
// the next start need to know. Blocking; used at start-up.
//
// Security: the file holds the key ring and secrets of a development machine; mode 0600.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace herald
{

struct DevFolder
{
    std::string database_url;
    std::string keys;             // a key ring in its own form
    std::string internal_secret;  // of the admin client
};

// The folder that `herald dev` uses, and other commands look into, unless told otherwise.
inline constexpr std::string_view kDevFolderName = "herald-data";
// Where it keeps objects, in that folder, unless told otherwise.
inline constexpr std::string_view kDevObjectsName = "objects";

// not_found: there is no herald.json in `directory`.
Result<DevFolder> read_dev_folder(const std::filesystem::path& directory);
// Replaces the file at once and as a whole.
Result<void> write_dev_folder(const std::filesystem::path& directory, const DevFolder& content);

// Writes `text` to `path` so that a reader sees all of it or nothing. `mode` as for chmod.
Result<void> write_file_atomically(const std::filesystem::path& path, const std::string& text, unsigned mode);

}  // namespace herald
