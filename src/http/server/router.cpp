#include "http/server/router.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/uuid.hpp"

namespace herald::http
{

namespace
{

constexpr unsigned bit(Method method)
{
    return 1U << static_cast<unsigned>(method);
}

std::string_view segment_at(std::string_view path, std::size_t offset)
{
    return path.substr(offset, std::min(path.find('/', offset), path.size()) - offset);
}

bool is_parameter(std::string_view segment)
{
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::string_view parameter_name(std::string_view segment)
{
    segment = segment.substr(1, segment.size() - 2);
    return segment.substr(0, segment.find(':'));
}

// At most 18 digits, so that it fits an int64.
bool is_integer(std::string_view text)
{
    return text.size() <= 18 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

[[noreturn]] void refuse(const Route& route, std::string_view reason)
{
    throw std::logic_error("route " + std::string(to_string(route.method)) + " " + std::string(route.path) + ": " +
                           std::string(reason));
}

}  // namespace

struct Router::Search
{
    Method method;
    PathParameters& parameters;
    std::array<PathParameters::Capture, PathParameters::kMax> captures{};
    std::size_t depth = 0;
    Match match;
};

void Router::add(std::span<const Route> routes)
{
    for (const Route& route : routes) add_route(route);
}

void Router::add_route(const Route& route)
{
    if (!route.path.starts_with('/')) refuse(route, "a pattern starts with /");
    if (route.method == Method::head || route.method == Method::other) refuse(route, "this method cannot be routed");

    std::size_t node = 0;
    std::size_t parameters = 0;
    for (std::size_t offset = 1; offset <= route.path.size();)
    {
        const auto segment = segment_at(route.path, offset);
        if (segment.empty() && route.path.size() > 1) refuse(route, "a segment is empty");
        if (is_parameter(segment) && ++parameters > PathParameters::kMax) refuse(route, "too many parameters");
        node = child_for(node, segment, route);
        offset += segment.size() + 1;
    }
    for (const Route* other : nodes_[node].routes)
    {
        if (other->method == route.method) refuse(route, "is there twice");
    }
    nodes_[node].routes.push_back(&route);
    routes_.push_back(&route);
}

std::size_t Router::child_for(std::size_t node, std::string_view segment, const Route& route)
{
    if (is_parameter(segment))
    {
        const auto colon = segment.find(':');
        const auto name = colon == std::string_view::npos ? std::string_view()
                                                          : segment.substr(colon + 1, segment.size() - colon - 2);
        if (!name.empty() && name != "uuid" && name != "int") refuse(route, "unknown converter");
        const auto converter = name == "uuid" ? Converter::uuid : name == "int" ? Converter::integer : Converter::text;
        const auto slot = static_cast<std::size_t>(converter);
        if (nodes_[node].parameters[slot] == 0)
        {
            nodes_.emplace_back();
            nodes_[node].parameters[slot] = nodes_.size() - 1;
        }
        return nodes_[node].parameters[slot];
    }
    if (segment.find_first_of("{}") != std::string_view::npos) refuse(route, "a parameter is a whole segment");

    auto& literals = nodes_[node].literals;
    const auto place = std::lower_bound(literals.begin(), literals.end(), segment,
                                        [](const Child& child, std::string_view text) { return child.literal < text; });
    if (place != literals.end() && place->literal == segment) return place->node;
    const std::size_t fresh = nodes_.size();
    literals.insert(place, {segment, fresh});
    nodes_.emplace_back();
    return fresh;
}

Router::Match Router::match(Method method, std::string_view path, PathParameters& parameters) const
{
    Search search{method, parameters, {}, 0, {}};
    parameters.count = 0;
    if (path.starts_with('/')) find(0, path, 1, search);
    return search.match;
}

// Depth first, better children first. Ends as soon as a route is found; until then `allowed` gathers what other methods
// would do.
void Router::find(std::size_t node_index, std::string_view path, std::size_t offset, Search& search) const
{
    const Node& node = nodes_[node_index];
    if (offset > path.size()) return finish(node, search);

    const auto segment = segment_at(path, offset);
    const auto next = offset + segment.size() + 1;
    const auto literal =
        std::lower_bound(node.literals.begin(), node.literals.end(), segment,
                         [](const Child& child, std::string_view text) { return child.literal < text; });
    if (literal != node.literals.end() && literal->literal == segment)
    {
        find(literal->node, path, next, search);
        if (search.match.outcome == Outcome::found) return;
    }
    if (segment.empty() || search.depth == PathParameters::kMax) return;

    for (const auto converter : {Converter::uuid, Converter::integer, Converter::text})
    {
        const std::size_t child = node.parameters[static_cast<std::size_t>(converter)];
        if (child == 0) continue;
        if (converter == Converter::uuid && !Uuid::parse(segment)) continue;
        if (converter == Converter::integer && !is_integer(segment)) continue;
        search.captures[search.depth++] = {
            {}, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(segment.size())};
        find(child, path, next, search);
        --search.depth;
        if (search.match.outcome == Outcome::found) return;
    }
}

void Router::finish(const Node& node, Search& search) const
{
    if (node.routes.empty()) return;
    const Method wanted = search.method == Method::head ? Method::get : search.method;
    Match& match = search.match;
    const Route* chosen = nullptr;
    for (const Route* route : node.routes)
    {
        match.allowed |= bit(route->method) | bit(Method::options);
        if (route->method == Method::get) match.allowed |= bit(Method::head);
        if (route->method == wanted) chosen = route;
    }
    match.outcome = Outcome::method_not_allowed;
    if (chosen == nullptr && search.method == Method::options)
    {
        chosen = node.routes.front();
        match.automatic = true;
    }
    if (chosen == nullptr) return;

    match.outcome = Outcome::found;
    match.route = chosen;
    search.parameters.count = search.depth;
    for (std::size_t offset = 1, index = 0; offset <= chosen->path.size() && index < search.depth;)
    {
        const auto segment = segment_at(chosen->path, offset);
        if (is_parameter(segment))
        {
            search.parameters.captures[index] = search.captures[index];
            search.parameters.captures[index++].name = parameter_name(segment);
        }
        offset += segment.size() + 1;
    }
}

std::string Router::allow_header(unsigned allowed)
{
    std::string text;
    for (const auto method :
         {Method::del, Method::get, Method::head, Method::options, Method::patch, Method::post, Method::put})
    {
        if ((allowed & bit(method)) == 0) continue;
        if (!text.empty()) text += ", ";
        text += to_string(method);
    }
    return text;
}

}  // namespace herald::http
