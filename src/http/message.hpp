#pragma once
// Requests and answers as features see them. No Beast in here: it stays in http/*.cpp.

#include "base/task.hpp"
#include "base/trace.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace reelshare::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options };

using Header = std::pair<std::string, std::string>;

/// The body as it arrives. `Expect: 100-continue` is answered at the first read, so a handler that
/// refuses before reading saves the client from sending. Memory is the caller's buffer alone.
class BodyReader {
  public:
    virtual ~BodyReader() = default;
    /// Up to `into.size()` bytes; 0 at the end. Errors: `too_large` (over the route's limit),
    /// `invalid` (broken framing; the client went away: broken_body.hpp), `timeout` (slower than
    /// the minimum rate).
    virtual Task<Result<std::size_t>> read(std::span<char> into) = 0;
    /// The declared length, where there is one.
    [[nodiscard]] virtual std::optional<std::uint64_t> content_length() const = 0;

    /// The whole body; `too_large` beyond `limit`.
    Task<Result<std::string>> read_all(std::size_t limit);
};

struct Request {
    Method method = Method::get;
    std::string target;  ///< As sent: path and query.
    std::string path;    ///< Percent-decoded once; no "..", "//", NUL or backslash gets this far.
    std::vector<std::pair<std::string, std::string>> query;   ///< Decoded.
    std::vector<std::pair<std::string, std::string>> params;  ///< Of the route's pattern.
    std::vector<Header> headers;                              ///< Names in lower case.
    std::string id;              ///< X-Request-Id: the client's if sane, else ours.
    std::string client_address;  ///< Behind configured proxies, what they forwarded.
    bool secure = false;         ///< TLS, ended here or at a configured proxy.
    Trace trace;                 ///< Empty where neither the client nor we trace.
    std::string_view route;      ///< The pattern that matched: a bounded label for metrics.
    BodyReader* body = nullptr;  ///< Never null inside a handler.

    /// First value of a header, "" where absent. `name` in lower case.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] std::string_view param(std::string_view name) const;
    [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
};

/// Bytes of an open file, sent by sendfile. `keep` owns the descriptor.
struct FileBody {
    int descriptor = -1;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::shared_ptr<void> keep;
};

/// A body made while it is sent (server-sent events, objects without a local file): each call gives
/// the next piece, none ends it. An empty piece says that there is nothing yet; the client may have
/// gone meanwhile, which is looked at then. Sent chunked unless `length` is known.
struct StreamBody {
    std::function<Task<Result<std::optional<std::string>>>()> next;
    std::optional<std::uint64_t> length;
};

/// Bytes shared between answers, e.g. of the near cache: sent without a copy.
using SharedBytes = std::shared_ptr<const std::string>;

struct Response {
    int status = 200;
    std::vector<Header> headers;
    std::variant<std::string, SharedBytes, FileBody, StreamBody> body;

    /// Replaces a header of that name or adds it.
    Response& set(std::string_view name, std::string value);
    /// Adds one more (Set-Cookie).
    Response& add(std::string_view name, std::string value);
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

using Handler = std::function<Task<Response>(Request&)>;
/// Wraps a handler: may answer itself, or call `next` and change what comes back.
using Middleware = std::function<Task<Response>(Request&, const Handler& next)>;

// --- the envelopes of the contract
// -----------------------------------------------------------------

/// {"success":true,"statusCode":status,"message":…,"data":…[,"meta":…]}
[[nodiscard]] Response success(
    int status,
    std::string_view message,
    boost::json::value data,
    std::optional<boost::json::value> meta = std::nullopt
);
/// {"success":false,"message":…,"errorMessages":[…],"code":…,"requestId":…}; logs `detail` and sets
/// Retry-After where the error says so.
[[nodiscard]] Response failure(const Request& request, const Error& error);

/// Reads and parses a JSON object body (at most `limit` bytes, Content-Type application/json: else
/// `unsupported`).
Task<Result<boost::json::object>> read_json(Request& request, std::size_t limit = 64 * 1024);

/// A handler that may fail: `Task<Result<Response>> f(Request&)` becomes a Handler whose error is
/// the failure envelope.
[[nodiscard]] Handler handler(std::function<Task<Result<Response>>(Request&)> function);

}  // namespace reelshare::http
