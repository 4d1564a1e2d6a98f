#include "rendering/personalisation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "domain/templates/placeholder_key.hpp"
#include "rendering/text.hpp"

namespace herald::rendering
{

namespace
{

// 1.0 keeps its ".0" and 1e16 its exponent, as in the family's answers.
std::string number_text(double number)
{
    auto text = fmt::format("{}", number);
    if (std::isfinite(number) && text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

// nullopt for what is not a scalar. A null never gets here.
std::optional<std::string> scalar_text(const json::value& value)
{
    switch (value.kind())
    {
        case json::kind::string:
            return std::string(value.get_string());
        case json::kind::int64:
            return fmt::to_string(value.get_int64());
        case json::kind::uint64:
            return fmt::to_string(value.get_uint64());
        case json::kind::double_:
            return number_text(value.get_double());
        case json::kind::bool_:
            return value.get_bool() ? "True" : "False";
        default:
            return std::nullopt;
    }
}

std::optional<Value> list_value(const json::array& list)
{
    Value value;
    value.kind = Value::Kind::list;
    for (const auto& item : list)
    {
        if (item.is_null()) continue;
        const auto text = scalar_text(item);
        if (!text) return std::nullopt;
        if (auto tidy = tidy_item(*text); !tidy.empty()) value.items.push_back(std::move(tidy));
    }
    return value;
}

std::optional<Value> to_value(const json::value& given)
{
    if (given.is_array()) return list_value(given.get_array());

    Value value;
    if (given.is_object())
    {
        if (!given.get_object().contains("file")) return std::nullopt;
        value.kind = Value::Kind::file;
        value.file = given.get_object();
        return value;
    }
    auto text = scalar_text(given);
    if (!text) return std::nullopt;
    value.text = std::move(*text);
    return value;
}

}  // namespace

std::string normalise_key(std::string_view name)
{
    return placeholder_key(name);
}

Result<Personalisation> Personalisation::from_json(const json::object& values)
{
    struct Given
    {
        Entry entry;
        bool null;
        std::size_t position;
    };
    std::vector<Given> all;
    all.reserve(values.size());
    for (const auto& [name, given] : values)
    {
        Entry entry{normalise_key(name), std::string(name), {}};
        if (!given.is_null())
        {
            auto value = to_value(given);
            if (!value)
                return fail(ErrorKind::validation,
                            "personalisation " + entry.name +
                                " is not text, a number, true or false, a list of these, or a file");
            entry.value = std::move(*value);
        }
        all.push_back({std::move(entry), given.is_null(), all.size()});
    }

    // Of several spellings of one key the last one counts, also when it is a null.
    std::ranges::sort(all, [](const Given& a, const Given& b)
                      { return std::tie(a.entry.key, a.position) < std::tie(b.entry.key, b.position); });
    Personalisation result;
    for (std::size_t i = 0; i < all.size(); ++i)
    {
        const bool last = i + 1 == all.size() || all[i + 1].entry.key != all[i].entry.key;
        if (last && !all[i].null) result.entries_.push_back(std::move(all[i].entry));
    }
    return result;
}

const Value* Personalisation::find_normalised(std::string_view key) const
{
    const auto place = std::ranges::lower_bound(entries_, key, {}, &Entry::key);
    return place != entries_.end() && place->key == key ? &place->value : nullptr;
}

std::vector<std::string> Personalisation::file_keys() const
{
    std::vector<std::string> names;
    for (const auto& entry : entries_)
    {
        if (entry.value.kind == Value::Kind::file) names.push_back(entry.name);
    }
    return names;
}

}  // namespace herald::rendering
