// Typed configuration: each key is described once, as data, and bound to the variable it fills. From that follow
// reading a TOML file, the environment and flags, the checks, the error texts and the commented dump.
//
// Not thread-safe: used once, at start. Pure: files and the environment are read by the caller (settings.hpp).
//
// Security: the value of a secret key is in no error text and in no dump.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace herald
{

// Name and value, as a process's environment or command line gives them.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

class ConfigKeys
{
public:
    enum class Secrecy
    {
        open,
        secret,
    };

    // A key is named "section.name" or "name". Its default is what the target holds; `help` is one or two sentences
    // with the unit. The targets must outlive this object.
    void text(std::string name, std::string& target, std::string help, Secrecy secrecy = Secrecy::open);
    // A choice whose default is "" may be left open.
    void choice(std::string name, std::string& target, std::vector<std::string> allowed, std::string help);
    // Several of `allowed`, apart by commas and each once; a default of none may be left open.
    void choices(std::string name, std::vector<std::string>& target, std::vector<std::string> allowed,
                 std::string help);
    void integer(std::string name, std::int64_t& target, std::int64_t smallest, std::int64_t largest, std::string help);
    void boolean(std::string name, bool& target, std::string help);
    // A further condition on the text key named last: gives "" or what is allowed ("a time zone like Europe/London").
    void must(std::function<std::string(const std::string&)> check);

    // Later sources win: read the file, then the environment, then flags. Problems are collected; see result().
    void read_toml(std::string_view text, std::string_view file_name);
    // Variables named PREFIX_SECTION_KEY; others are passed over, unknown ones with the prefix are a problem.
    void read_environment(const NamedTexts& variables, std::string_view prefix,
                          std::span<const std::string_view> not_keys = {});
    void read_flags(const NamedTexts& flags);

    // Every problem found so far: the first as the message, the others in `more` (ErrorKind::validation). Each names
    // the key, where the value came from, the value unless it is secret, and what is allowed; of an unknown key, the
    // nearest that exists.
    [[nodiscard]] Result<void> result() const;

    // A TOML file of every key with its help, its bounds and its value now. Secrets show as "********".
    [[nodiscard]] std::string dump() const;
    // Each key by its full name with its value now, of its own type. Secrets show as in dump().
    [[nodiscard]] json::object values() const;

private:
    using Assign = std::function<bool(std::string_view)>;  // false: the text is not of the key's form
    struct Key
    {
        std::string name;
        std::string help;
        std::string allowed;  // in words
        bool quoted = true;   // a string in TOML
        bool secret = false;
        Assign assign;
        std::function<std::string()> show;  // as text

        [[nodiscard]] std::string shown() const;  // masked, if it is a secret that is set
        std::function<std::string(const std::string&)> check;
    };

    void read_table(const void* table, const std::string& section, std::string_view source);
    void read_item(const std::string& name, const void* node, const std::string& source);
    void set(const Key& key, std::string_view value, const std::string& source);
    void refuse(const Key& key, std::string_view value, const std::string& source, const std::string& allowed);
    void refuse_unknown(const std::string& shown, const std::string& nearest, const std::string& source);
    [[nodiscard]] const Key* find(std::string_view name) const;

    std::vector<Key> keys_;
    std::vector<std::string> problems_;
};

// The name in `known` that takes the fewest changes to get to; empty when none is near.
std::string nearest_name(std::string_view name, std::span<const std::string> known);

}  // namespace herald
