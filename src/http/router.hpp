#pragma once
// Method and pattern to handler. Patterns are literal segments, `:name` for one segment, and a
// final
// `*name` for the rest. A literal beats a parameter at the same place, whatever the order of
// adding.

#include "http/message.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::http {

struct RouteOptions {
    /// The largest body in bytes; a longer Content-Length is 413 before a byte is read.
    std::uint64_t max_body = 64 * 1024;
    /// Whether a chunked body is accepted here (else 411).
    bool chunked = false;
};

class Router {
  public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    void add(Method method, std::string pattern, Handler handler, RouteOptions options = {});

    /// Puts something around the handlers of all routes added so far: `around` is given each with
    /// what it was added with and returns what takes its place.
    using Around = std::function<
        Handler(Method, std::string_view pattern, const RouteOptions& options, Handler)>;
    void wrap(const Around& around);

    struct Match {
        const Handler* handler = nullptr;  ///< Null: no route (404) or not this method (405).
        const RouteOptions* options = nullptr;
        std::string_view pattern;
        std::vector<std::pair<std::string, std::string>> params;
        std::vector<Method> allowed;  ///< Methods of the path where only the method is wrong.
    };
    /// HEAD falls back to GET.
    [[nodiscard]] Match match(Method method, std::string_view path) const;

    /// All routes, for documents and tests.
    [[nodiscard]] std::vector<std::pair<Method, std::string>> routes() const;

  private:
    struct Node;
    std::unique_ptr<Node> root_;
};

}  // namespace reelshare::http
