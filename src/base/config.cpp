#include "base/config.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace herald
{
namespace
{

constexpr std::string_view kMask = "********";

std::string joined(const std::vector<std::string>& items, std::string_view separator)
{
    return fmt::format("{}", fmt::join(items, separator));
}

std::string variable_name(std::string_view prefix, std::string_view key)
{
    std::string name(prefix);
    name += '_';
    for (const char c : key) name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
}

std::string quoted_toml(std::string_view text)
{
    std::string quoted = "\"";
    for (const char c : text)
    {
        if (c == '"' || c == '\\')
            (quoted += '\\') += c;
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            quoted += c;
    }
    return quoted += '"';
}

std::string section_of(std::string_view name)
{
    const auto dot = name.find('.');
    return std::string(dot == std::string_view::npos ? std::string_view() : name.substr(0, dot));
}

std::size_t edit_distance(std::string_view left, std::string_view right)
{
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i)
    {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j)
        {
            const std::size_t change = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j + 1] + 1, row[j] + 1, change});
        }
    }
    return row.back();
}

}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string> known)
{
    std::string best;
    // Beyond a third of the name a guess helps nobody.
    std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
    for (const std::string& candidate : known)
    {
        const std::size_t distance = edit_distance(name, candidate);
        if (distance >= best_distance) continue;
        best_distance = distance;
        best = candidate;
    }
    return best;
}

void ConfigKeys::text(std::string name, std::string& target, std::string help, Secrecy secrecy)
{
    Key key{std::move(name), std::move(help), "a text", true, secrecy == Secrecy::secret, {}, {}, {}};
    key.assign = [&target](std::string_view value)
    {
        target = value;
        return true;
    };
    key.show = [&target]
    {
        return target;
    };
    keys_.push_back(std::move(key));
}

void ConfigKeys::choice(std::string name, std::string& target, std::vector<std::string> allowed, std::string help)
{
    Key key{std::move(name), std::move(help), "one of " + joined(allowed, ", "), true, false, {}, {}, {}};
    key.assign = [&target, values = std::move(allowed), may_be_open = target.empty()](std::string_view value)
    {
        const bool leaves_open = may_be_open && value.empty();
        if (!leaves_open && std::ranges::find(values, value) == values.end()) return false;
        target = value;
        return true;
    };
    key.show = [&target]
    {
        return target;
    };
    keys_.push_back(std::move(key));
}

void ConfigKeys::choices(std::string name, std::vector<std::string>& target, std::vector<std::string> allowed,
                         std::string help)
{
    Key key{std::move(name),
            std::move(help),
            "one or several of " + joined(allowed, ", ") + ", apart by commas",
            true,
            false,
            {},
            {},
            {}};
    key.assign = [&target, values = std::move(allowed), may_be_open = target.empty()](std::string_view value)
    {
        std::vector<std::string> chosen;
        boost::algorithm::split(chosen, value, [](char c) { return c == ','; });
        for (auto& part : chosen) boost::algorithm::trim(part);
        if (chosen.size() == 1 && chosen.front().empty()) chosen.clear();
        if (chosen.empty() && !may_be_open) return false;
        for (auto one = chosen.begin(); one != chosen.end(); ++one)
        {
            if (std::ranges::find(values, *one) == values.end()) return false;
            if (std::find(chosen.begin(), one, *one) != one) return false;
        }
        target = std::move(chosen);
        return true;
    };
    key.show = [&target]
    {
        return joined(target, ", ");
    };
    keys_.push_back(std::move(key));
}

void ConfigKeys::integer(std::string name, std::int64_t& target, std::int64_t smallest, std::int64_t largest,
                         std::string help)
{
    Key key{std::move(name),
            std::move(help),
            fmt::format("a whole number from {} to {}", smallest, largest),
            false,
            false,
            {},
            {},
            {}};
    key.assign = [&target, smallest, largest](std::string_view value)
    {
        std::int64_t read = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), read);
        if (error != std::errc() || end != value.data() + value.size() || read < smallest || read > largest)
            return false;
        target = read;
        return true;
    };
    key.show = [&target]
    {
        return std::to_string(target);
    };
    keys_.push_back(std::move(key));
}

void ConfigKeys::boolean(std::string name, bool& target, std::string help)
{
    Key key{std::move(name), std::move(help), "true or false", false, false, {}, {}, {}};
    key.assign = [&target](std::string_view value)
    {
        if (value != "true" && value != "false") return false;
        target = value == "true";
        return true;
    };
    key.show = [&target]
    {
        return std::string(target ? "true" : "false");
    };
    keys_.push_back(std::move(key));
}

void ConfigKeys::must(std::function<std::string(const std::string&)> check)
{
    keys_.back().check = std::move(check);
}

void ConfigKeys::read_toml(std::string_view text, std::string_view file_name)
{
    try
    {
        const toml::table root = toml::parse(text, file_name);
        read_table(&root, "", file_name);
    }
    catch (const toml::parse_error& error)
    {
        // What the parser says may quote the text around the fault, which may be a secret: only the place is told.
        problems_.push_back(fmt::format("{} is not valid TOML (line {}, column {})", file_name,
                                        error.source().begin.line, error.source().begin.column));
    }
}

void ConfigKeys::read_table(const void* table, const std::string& section, std::string_view source)
{
    for (const auto& [key, node] : *static_cast<const toml::table*>(table))
    {
        const std::string name = (section.empty() ? "" : section + '.') + std::string(key.str());
        const std::string place = fmt::format("{}, line {}", source, node.source().begin.line);
        if (node.is_table() && section.empty())
            read_table(node.as_table(), name, source);
        else
            read_item(name, &node, place);
    }
}

void ConfigKeys::read_item(const std::string& name, const void* node, const std::string& source)
{
    const auto& item = *static_cast<const toml::node*>(node);
    const Key* key = find(name);
    if (key == nullptr)
    {
        std::vector<std::string> known;
        for (const Key& each : keys_) known.push_back(each.name);
        refuse_unknown(name, nearest_name(name, known), source);
    }
    else if (const auto* text = item.as_string(); text != nullptr && key->quoted)
        set(*key, text->get(), source);
    else if (const auto* number = item.as_integer(); number != nullptr && !key->quoted)
        set(*key, std::to_string(number->get()), source);
    else if (const auto* flag = item.as_boolean(); flag != nullptr && !key->quoted)
        set(*key, flag->get() ? "true" : "false", source);
    else
        refuse(*key, text != nullptr ? text->get() : "a value of another type", source, key->allowed);
}

void ConfigKeys::read_environment(const NamedTexts& variables, std::string_view prefix,
                                  std::span<const std::string_view> not_keys)
{
    const std::string start = std::string(prefix) + '_';
    std::vector<std::string> known;
    for (const Key& key : keys_) known.push_back(variable_name(prefix, key.name));
    for (const auto& [variable, value] : variables)
    {
        if (!variable.starts_with(start) || std::ranges::find(not_keys, variable) != not_keys.end()) continue;
        const auto found = std::ranges::find(known, variable);
        if (found == known.end())
            refuse_unknown(variable, nearest_name(variable, known), "the environment");
        else
            set(keys_[static_cast<std::size_t>(found - known.begin())], value, "the environment, " + variable);
    }
}

void ConfigKeys::read_flags(const NamedTexts& flags)
{
    std::vector<std::string> known;
    for (const Key& key : keys_) known.push_back(key.name);
    for (const auto& [name, value] : flags)
    {
        if (const Key* key = find(name))
            set(*key, value, "the command line");
        else
            refuse_unknown(name, nearest_name(name, known), "the command line");
    }
}

void ConfigKeys::set(const Key& key, std::string_view value, const std::string& source)
{
    if (key.secret && value == kMask)
        return refuse(key, value, source, "the secret itself, not the mask that a dump shows in its place");
    if (value.find('\0') != std::string_view::npos) return refuse(key, "a text with a NUL byte", source, key.allowed);
    const std::string wrong = key.check ? key.check(std::string(value)) : "";
    if (!wrong.empty()) return refuse(key, value, source, wrong);
    if (!key.assign(value)) refuse(key, value, source, key.allowed);
}

void ConfigKeys::refuse(const Key& key, std::string_view value, const std::string& source, const std::string& allowed)
{
    problems_.push_back(fmt::format("{} = {} ({}): allowed is {}", key.name,
                                    key.secret ? std::string(kMask) : quoted_toml(value), source, allowed));
}

void ConfigKeys::refuse_unknown(const std::string& shown, const std::string& nearest, const std::string& source)
{
    const std::string hint = nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
    problems_.push_back(fmt::format("{} ({}) is not a configuration key{}", shown, source, hint));
}

const ConfigKeys::Key* ConfigKeys::find(std::string_view name) const
{
    const auto found = std::ranges::find(keys_, name, &Key::name);
    return found == keys_.end() ? nullptr : &*found;
}

Result<void> ConfigKeys::result() const
{
    if (problems_.empty()) return {};
    Error error(ErrorKind::validation, problems_.front());
    error.more.assign(problems_.begin() + 1, problems_.end());
    return Failure(std::move(error));
}

std::string ConfigKeys::Key::shown() const
{
    std::string value = show();
    return secret && !value.empty() ? std::string(kMask) : value;
}

json::object ConfigKeys::values() const
{
    json::object all;
    for (const Key& key : keys_)
    {
        // Numbers and booleans are written in JSON as they are here.
        auto value = key.quoted ? json::value(key.shown()) : parse_json(key.shown()).value();
        all.emplace(key.name, std::move(value));
    }
    return all;
}

std::string ConfigKeys::dump() const
{
    // In TOML the keys without a section come first.
    std::vector<std::string> sections = {""};
    for (const Key& key : keys_)
        if (std::ranges::find(sections, section_of(key.name)) == sections.end())
            sections.push_back(section_of(key.name));

    std::string text;
    for (const std::string& section : sections)
    {
        if (!section.empty()) text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", section);
        for (const Key& key : keys_)
        {
            if (section_of(key.name) != section) continue;
            const std::string shown = key.shown();
            text += fmt::format("# {}{}\n", key.help, key.allowed == "a text" ? "" : " (" + key.allowed + ")");
            text += fmt::format("{} = {}\n", key.name.substr(section.empty() ? 0 : section.size() + 1),
                                key.quoted ? quoted_toml(shown) : shown);
        }
    }
    return text;
}

}  // namespace herald
