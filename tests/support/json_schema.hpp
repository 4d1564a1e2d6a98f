// A small checker of JSON against the schemas of an OpenAPI 3.1 document: the keywords that api/openapi.json uses, and
// no others. A keyword it does not know is itself a fault, so that nothing in the document is thought to be checked and
// is not.
#pragma once

#include <algorithm>
#include <cstdint>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/uuid.hpp"

namespace herald::testing
{

class JsonSchema
{
public:
    // `document` holds what $ref points into.
    explicit JsonSchema(const json::value& document) : document_(document) {}

    // Everything that is wrong, each with the place in `instance`; empty: it fits. Members that the schema does not
    // name are wrong unless it allows them: an answer says nothing that the document keeps quiet about.
    [[nodiscard]] std::vector<std::string> faults(const json::value& schema, const json::value& instance) const
    {
        std::vector<std::string> found;
        check(schema.as_object(), instance, "", found);
        return found;
    }

private:
    using Faults = std::vector<std::string>;

    static std::string_view text(const json::value& value) { return std::string_view(value.as_string()); }

    void check(const json::object& schema, const json::value& instance, const std::string& at, Faults& found) const
    {
        for (const auto& member : schema)
            check_keyword(schema, std::string_view(member.key()), member.value(), instance, at, found);
        if (instance.is_object() && schema.contains("properties"))
            check_unnamed(schema, instance.get_object(), at, found);
    }

    void check_keyword(const json::object& schema, std::string_view keyword, const json::value& value,
                       const json::value& instance, const std::string& at, Faults& found) const
    {
        const auto fault = [&](const std::string& what)
        {
            found.push_back(fmt::format("{}: {}", at.empty() ? "/" : at, what));
        };
        if (keyword == "description" || keyword == "examples") return;
        if (keyword == "$ref")
            check(document_.at_pointer(text(value).substr(1)).as_object(), instance, at, found);
        else if (keyword == "type")
        {
            if (!has_type(instance, value))
                fault(fmt::format("{} is not of type {}", json::serialize(instance), json::serialize(value)));
        }
        else if (keyword == "const")
        {
            if (instance != value) fault("is not " + json::serialize(value));
        }
        else if (keyword == "enum")
        {
            const auto& all = value.as_array();
            if (std::find(all.begin(), all.end(), instance) == all.end())
                fault(json::serialize(instance) + " is not in the enum");
        }
        else if (keyword == "anyOf")
        {
            const auto& all = value.as_array();
            const auto fits = [&](const json::value& one)
            {
                return faults(one, instance).empty();
            };
            if (std::none_of(all.begin(), all.end(), fits)) fault("fits none of anyOf");
        }
        else if (!check_object_keyword(schema, keyword, value, instance, at, found) &&
                 !check_value_keyword(keyword, value, instance, fault))
            fault(fmt::format("the keyword {} is not known to the checker", keyword));
    }

    bool check_object_keyword(const json::object&, std::string_view keyword, const json::value& value,
                              const json::value& instance, const std::string& at, Faults& found) const
    {
        if (keyword == "properties")
        {
            if (!instance.is_object()) return true;
            for (const auto& property : value.as_object())
            {
                const std::string_view name(property.key());
                if (const auto* member = instance.get_object().if_contains(name))
                    check(property.value().as_object(), *member, fmt::format("{}/{}", at, name), found);
            }
            return true;
        }
        if (keyword == "required")
        {
            if (!instance.is_object()) return true;
            for (const auto& name : value.as_array())
            {
                if (!instance.get_object().contains(text(name)))
                    found.push_back(fmt::format("{}/{}: is missing", at, text(name)));
            }
            return true;
        }
        if (keyword == "items")
        {
            if (!instance.is_array()) return true;
            std::size_t index = 0;
            for (const auto& item : instance.get_array())
                check(value.as_object(), item, fmt::format("{}/{}", at, index++), found);
            return true;
        }
        return keyword == "additionalProperties";  // check_unnamed, or below
    }

    // Members that `properties` does not name.
    void check_unnamed(const json::object& schema, const json::object& instance, const std::string& at,
                       Faults& found) const
    {
        const auto& named = schema.at("properties").as_object();
        const auto* further = schema.if_contains("additionalProperties");
        for (const auto& member : instance)
        {
            const std::string_view name(member.key());
            if (named.contains(name)) continue;
            const std::string place = fmt::format("{}/{}", at, name);
            if (further != nullptr && further->is_object())
                check(further->get_object(), member.value(), place, found);
            else if (further == nullptr || !further->as_bool())
                found.push_back(place + ": is not in the schema");
        }
    }

    template <class Fault>
    static bool check_value_keyword(std::string_view keyword, const json::value& value, const json::value& instance,
                                    Fault fault)
    {
        if (keyword == "minimum" || keyword == "maximum")
        {
            if (!instance.is_number()) return true;
            const auto number = instance.to_number<double>();
            const auto bound = value.to_number<double>();
            if (keyword == "minimum" ? number < bound : number > bound)
                fault(fmt::format("{} is beyond the {}", number, keyword));
            return true;
        }
        if (keyword == "minItems" || keyword == "maxItems")
        {
            if (!instance.is_array()) return true;
            const auto size = static_cast<std::int64_t>(instance.get_array().size());
            if (keyword == "minItems" ? size < value.as_int64() : size > value.as_int64())
                fault(fmt::format("{} items", size));
            return true;
        }
        if (keyword == "minLength" || keyword == "maxLength")
        {
            if (!instance.is_string()) return true;
            const auto size = static_cast<std::int64_t>(instance.get_string().size());
            if (keyword == "minLength" ? size < value.as_int64() : size > value.as_int64())
                fault(fmt::format("length {}", size));
            return true;
        }
        if (keyword == "pattern")
        {
            if (instance.is_string() &&
                !std::regex_search(std::string(instance.get_string()), std::regex(std::string(text(value)))))
                fault(fmt::format("{} does not match {}", text(instance), text(value)));
            return true;
        }
        if (keyword != "format") return false;
        if (instance.is_string() && !has_format(text(instance), text(value)))
            fault(fmt::format("{} is no {}", text(instance), text(value)));
        return true;
    }

    static bool has_type(const json::value& instance, const json::value& type)
    {
        if (type.is_array())
        {
            const auto& all = type.get_array();
            return std::any_of(all.begin(), all.end(), [&](const json::value& one) { return has_type(instance, one); });
        }
        const auto name = text(type);
        if (name == "null") return instance.is_null();
        if (name == "boolean") return instance.is_bool();
        if (name == "string") return instance.is_string();
        if (name == "integer") return instance.is_int64() || instance.is_uint64();
        if (name == "number") return instance.is_number();
        if (name == "array") return instance.is_array();
        return name == "object" && instance.is_object();
    }

    static bool has_format(std::string_view value, std::string_view format)
    {
        if (format == "uuid") return Uuid::parse(value).has_value();
        if (format == "date-time") return value.size() >= 20 && parse_iso8601(value).has_value();
        if (format == "email") return value.find('@') != std::string_view::npos;
        if (format == "uri") return value.starts_with("http://") || value.starts_with("https://");
        return false;
    }

    const json::value& document_;
};

}  // namespace herald::testing
