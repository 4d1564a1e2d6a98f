// From method and path to a Route.
//
// A literal segment wins over {x:uuid}, that over {x:int}, that over {x}; where the better one leads nowhere, the next
// is tried. A path that only other methods answer is method_not_allowed. HEAD finds the GET route. An empty segment
// matches nothing, so "/a/" is not
// "/a". Thread-safe once built; matching allocates nothing.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/server/route.hpp"

namespace herald::http
{

class Router
{
public:
    Router() = default;
    explicit Router(std::span<const Route> routes) { add(routes); }

    // The table must outlive the router. Throws std::logic_error for a pattern that is malformed or there twice.
    void add(std::span<const Route> routes);

    enum class Outcome
    {
        found,
        not_found,
        method_not_allowed,
    };
    struct Match
    {
        Outcome outcome = Outcome::not_found;
        // found: the route. For an OPTIONS request nobody handles himself: the first route of that path, whose auth
        // applies.
        const Route* route = nullptr;
        unsigned allowed = 0;    // bit per Method: what the path answers
        bool automatic = false;  // an OPTIONS request to be answered by the dispatcher
    };
    // `path` is decoded (Request::path). Fills `parameters` when found.
    [[nodiscard]] Match match(Method method, std::string_view path, PathParameters& parameters) const;

    // "GET, HEAD, OPTIONS"
    static std::string allow_header(unsigned allowed);

    [[nodiscard]] const std::vector<const Route*>& routes() const { return routes_; }

private:
    enum class Converter : std::uint8_t
    {
        uuid,
        integer,
        text,
    };
    struct Child
    {
        std::string_view literal;
        std::size_t node;
    };
    struct Node
    {
        std::vector<Child> literals;                        // sorted
        std::array<std::size_t, 3> parameters = {0, 0, 0};  // by Converter; 0: none (the root is nobody's child)
        std::vector<const Route*> routes;                   // that end here
    };
    struct Search;

    void add_route(const Route& route);
    std::size_t child_for(std::size_t node, std::string_view segment, const Route& route);
    void find(std::size_t node, std::string_view path, std::size_t offset, Search& search) const;
    void finish(const Node& node, Search& search) const;

    std::vector<Node> nodes_ = std::vector<Node>(1);
    std::vector<const Route*> routes_;
};

}  // namespace herald::http
