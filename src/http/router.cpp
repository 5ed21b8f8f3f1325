#include "http/router.hpp"

#include <map>
#include <stdexcept>

namespace reelshare::http {

struct Router::Node {
    struct Leaf {
        std::string pattern;
        Handler handler;
        RouteOptions options;
    };
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> parameter;  ///< The child for `:name`.
    std::map<Method, Leaf> leaves;    ///< Of a path that ends here.
    std::map<Method, Leaf> rest;      ///< Of a final `*name`.
};

namespace {

/// Cuts the next segment off a path that starts with a slash.
std::string_view next_segment(std::string_view& path) {
    path.remove_prefix(1);
    const auto slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
    return segment;
}

/// The names in a pattern are paired with the values that matched, in order.
std::vector<std::pair<std::string, std::string>> named(
    std::string_view pattern, const std::vector<std::string_view>& values
) {
    std::vector<std::pair<std::string, std::string>> params;
    std::size_t next = 0;
    while (!pattern.empty()) {
        const std::string_view segment = next_segment(pattern);
        if (!segment.starts_with(':') && !segment.starts_with('*')) continue;
        params.emplace_back(std::string(segment.substr(1)), std::string(values.at(next++)));
    }
    return params;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string pattern, Handler handler, RouteOptions options) {
    Node* node = root_.get();
    std::string_view path = pattern;
    std::map<Method, Node::Leaf>* leaves = nullptr;
    while (!path.empty() && path != "/") {
        const std::string_view segment = next_segment(path);
        if (segment.starts_with('*')) {
            leaves = &node->rest;
            break;
        }
        auto& child =
            segment.starts_with(':') ? node->parameter : node->literals[std::string(segment)];
        if (!child) child = std::make_unique<Node>();
        node = child.get();
    }
    if (!leaves) leaves = &node->leaves;
    const bool added =
        leaves->emplace(method, Node::Leaf{pattern, std::move(handler), options}).second;
    if (!added) throw std::logic_error("route added twice: " + pattern);
}

void Router::wrap(const Around& around) {
    const auto visit = [&](const auto& self, Node& node) -> void {
        for (auto* leaves : {&node.leaves, &node.rest})
            for (auto& [method, leaf] : *leaves)
                leaf.handler = around(method, leaf.pattern, leaf.options, std::move(leaf.handler));
        for (auto& [segment, child] : node.literals) self(self, *child);
        if (node.parameter) self(self, *node.parameter);
    };
    visit(visit, *root_);
}

Router::Match Router::match(Method method, std::string_view path) const {
    // Depth-first with literals before parameters; patterns are few segments deep, so this is
    // short.
    struct Search {
        std::vector<std::string_view> values;
        const std::map<Method, Node::Leaf>* found = nullptr;
        bool in_rest = false;

        bool walk(const Node& node, std::string_view rest) {
            if (rest.empty() || rest == "/") {
                if (!node.leaves.empty()) found = &node.leaves;
            } else {
                std::string_view tail = rest;
                const std::string_view segment = next_segment(tail);
                const auto literal = node.literals.find(segment);
                if (literal != node.literals.end() && walk(*literal->second, tail)) return true;
                if (node.parameter && !segment.empty()) {
                    values.push_back(segment);
                    if (walk(*node.parameter, tail)) return true;
                    values.pop_back();
                }
            }
            if (!found && !node.rest.empty()) {
                values.push_back(rest.empty() ? rest : rest.substr(1));
                found = &node.rest;
                in_rest = true;
            }
            return found != nullptr;
        }
    } search;
    Match match;
    if (!search.walk(*root_, path)) return match;
    auto leaf = search.found->find(method);
    if (leaf == search.found->end() && method == Method::head)
        leaf = search.found->find(Method::get);
    // The catch-all takes what nobody else knows: another method there is an unknown route, not a
    // wrong one.
    if (leaf == search.found->end() && search.in_rest) return match;
    if (leaf == search.found->end()) {
        for (const auto& [allowed, unused] : *search.found) match.allowed.push_back(allowed);
        return match;
    }
    match.handler = &leaf->second.handler;
    match.options = &leaf->second.options;
    match.pattern = leaf->second.pattern;
    match.params = named(leaf->second.pattern, search.values);
    return match;
}

std::vector<std::pair<Method, std::string>> Router::routes() const {
    std::vector<std::pair<Method, std::string>> all;
    const auto collect = [&](const auto& self, const Node& node) -> void {
        for (const auto* leaves : {&node.leaves, &node.rest})
            for (const auto& [method, leaf] : *leaves) all.emplace_back(method, leaf.pattern);
        for (const auto& [segment, child] : node.literals) self(self, *child);
        if (node.parameter) self(self, *node.parameter);
    };
    collect(collect, *root_);
    return all;
}

}  // namespace reelshare::http
