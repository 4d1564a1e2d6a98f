// api/openapi.json against the route tables, in both directions.
#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "embedded/files.hpp"
#include "http/routes.hpp"

namespace herald::http
{
namespace
{

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

json::value document()
{
    auto parsed = parse_json(embedded::openapi_json);
    if (!parsed) throw std::runtime_error(parsed.error().detail);
    return std::move(*parsed);
}

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

// "/x/{id:uuid}" → "/x/{id}"
std::string without_converters(std::string_view pattern)
{
    std::string out;
    bool skipping = false;
    for (const char c : pattern)
    {
        if (c == ':') skipping = true;
        if (c == '}') skipping = false;
        if (!skipping) out += c;
    }
    return out;
}

std::map<std::string, const Route*> routed()
{
    std::map<std::string, const Route*> found;
    for (const auto table : public_route_tables())
    {
        for (const Route& route : table)
            found[lower(to_string(route.method)) + " " + without_converters(route.path)] = &route;
    }
    return found;
}

std::map<std::string, json::object> described()
{
    std::map<std::string, json::object> found;
    for (const auto& path : document().at("paths").as_object())
    {
        for (const auto& operation : path.value().as_object())
            found[std::string(operation.key()) + " " + std::string(path.key())] = operation.value().as_object();
    }
    return found;
}

TEST(OpenApi, DescribesEveryPublicRouteAndNothingElse)
{
    std::vector<std::string> routes;
    for (const auto& [name, route] : routed()) routes.push_back(name);
    std::vector<std::string> operations;
    for (const auto& [name, operation] : described()) operations.push_back(name);
    EXPECT_THAT(operations, ElementsAreArray(routes));
}

TEST(OpenApi, SaysWhichRoutesNeedAKey)
{
    const auto operations = described();
    for (const auto& [name, route] : routed())
    {
        const auto expected = route->auth == Auth::service_key
                                  ? json::value(json::array{json::object{{"ServiceKey", json::array()}}})
                                  : json::value(json::array());
        EXPECT_EQ(operations.at(name).at("security"), expected) << name;
    }
}

TEST(OpenApi, SaysTheShapeOfErrors)
{
    const auto operations = described();
    for (const auto& [name, route] : routed())
    {
        const std::string schema =
            route->shape == ErrorShape::v2 ? "#/components/schemas/Error" : "#/components/schemas/InternalError";
        for (const auto& [status, response] : operations.at(name).at("responses").as_object())
        {
            if (status[0] != '4' && status[0] != '5') continue;
            const auto& shown = response.at_pointer("/content/application~1json/schema/$ref").as_string();
            if (shown == "#/components/schemas/NotReady") continue;
            EXPECT_EQ(std::string_view(shown), schema) << name << " " << std::string_view(status);
        }
    }
}

TEST(OpenApi, NamesEachOperationOnceAndItsPathParameters)
{
    std::set<std::string> ids;
    for (const auto& [name, operation] : described())
    {
        EXPECT_TRUE(ids.insert(std::string(operation.at("operationId").as_string())).second) << name;
        std::set<std::string> declared;
        if (const auto* parameters = operation.if_contains("parameters"))
        {
            for (const auto& parameter : parameters->as_array())
            {
                const auto* where = parameter.as_object().if_contains("in");
                if (where != nullptr && *where == "path")
                    declared.insert("{" + std::string(parameter.at("name").as_string()) + "}");
            }
        }
        std::set<std::string> in_path;
        for (auto open = name.find('{'); open != std::string::npos; open = name.find('{', open + 1))
            in_path.insert(name.substr(open, name.find('}', open) - open + 1));
        EXPECT_EQ(declared, in_path) << name;
    }
}

// Every "$ref" of `value`, and whether it leads somewhere.
void find_broken(const json::value& root, const json::value& value, std::vector<std::string>& broken)
{
    if (value.is_array())
    {
        for (const auto& item : value.get_array()) find_broken(root, item, broken);
    }
    if (!value.is_object()) return;
    for (const auto& member : value.get_object())
    {
        if (member.key() == "$ref")
        {
            const std::string_view target = member.value().as_string();
            json::error_code error;
            if (!target.starts_with("#/") || root.find_pointer(target.substr(1), error) == nullptr)
                broken.emplace_back(target);
        }
        find_broken(root, member.value(), broken);
    }
}

TEST(OpenApi, HasNoReferenceThatLeadsNowhere)
{
    const auto root = document();
    std::vector<std::string> broken;
    find_broken(root, root, broken);
    EXPECT_THAT(broken, IsEmpty());
}

}  // namespace
}  // namespace herald::http
