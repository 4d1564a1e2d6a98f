// The values a caller gives for a template's placeholders.
//
// Keys match ignoring case, spaces, hyphens and underscores, as the Notify family does (notifications-utils,
// insensitive_dict.py): "First Name", "first_name" and "FIRSTNAME" are one key, and where several spellings are given
// the last one counts. Values are turned into the text that is shown once, here, so that rendering only copies.
//
// Input is valid UTF-8 (base/json.hpp refuses anything else). Immutable after construction: safe to share between
// threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace herald::rendering
{

// One value. A file object is never rendered: the caller either replaces it by a link (as text) or refuses the request.
struct Value
{
    enum class Kind
    {
        text,  // a string, a number or a boolean, in `text`
        list,  // in `items`: trimmed, without nulls and empty entries
        file,  // an object with a "file" member, in `file`
    };

    Kind kind = Kind::text;
    std::string text;
    std::vector<std::string> items;
    json::object file;
};

// Folds a name to the form in which names are compared.
std::string normalise_key(std::string_view name);

class Personalisation
{
public:
    Personalisation() = default;  // no values at all

    // Errors: validation, when a value is an object without a "file" member, or a list holds a list or an object.
    // A null counts as missing. The message names the key, never the value.
    static Result<Personalisation> from_json(const json::object& values);

    // nullptr when missing.
    const Value* find(std::string_view name) const { return find_normalised(normalise_key(name)); }

    // For names that are already folded by normalise_key.
    const Value* find_normalised(std::string_view key) const;

    bool empty() const { return entries_.empty(); }

    // The keys of file objects as the caller wrote them.
    std::vector<std::string> file_keys() const;

private:
    struct Entry
    {
        std::string key;   // folded; entries are sorted by it
        std::string name;  // as written
        Value value;
    };

    std::vector<Entry> entries_;
};

}  // namespace herald::rendering
