#include "http/connection.hpp"

#include "base/id.hpp"
#include "base/log.hpp"
#include "http/bytes.hpp"
#include "http/connection_body.hpp"
#include "http/head_parser.hpp"
#include "http/request_span.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstring>
#include <exception>

namespace reelshare::http {

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kInitialBuffer = 2 * 1024;
constexpr std::size_t kSinkBuffer = 16 * 1024;
constexpr std::chrono::seconds kDrainTime{2};
constexpr std::size_t kMaxRequestId = 64;
constexpr double kSlow = 1;  // Seconds: such a request's line is always written.

bool is_request_id(std::string_view text) {
    return !text.empty() && text.size() <= kMaxRequestId && std::ranges::all_of(text, [](char c) {
        return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
    });
}

/// All X-Forwarded-For fields as the one list that they are: a proxy may add a field of its own
/// behind the client's instead of adding to it.
std::string forwarded_for(const Request& request) {
    std::string list;
    for (const auto& [name, value] : request.headers) {
        if (name != "x-forwarded-for") continue;
        if (!list.empty()) list += ", ";
        list += value;
    }
    return list;
}

/// The path as the log may have it, without its query: tokens travel there. A signature in a path
/// opens what it names to whoever reads it.
std::string logged_path(const Request& request) {
    std::string path = request.path;
    const std::string_view signature = request.param("signature");
    if (signature.empty()) return path;
    if (const auto at = path.find(signature); at != std::string::npos)
        path.replace(at, signature.size(), "[signature]");
    return path;
}

/// Counts a request as under way, however it ends.
class InFlight {
  public:
    explicit InFlight(Load& load) : load_(load) { ++load_.in_flight; }
    ~InFlight() { --load_.in_flight; }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

  private:
    Load& load_;
};

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::string peer, Loop& loop)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      loop_(loop),
      buffer_(kInitialBuffer),
      id_prefix_(random_token(9) + '-') {
    boost::system::error_code ec;
    socket_.set_option(asio::ip::tcp::no_delay(true), ec);
    socket_.non_blocking(true, ec);
}

void Connection::check_deadline(Clock::time_point now) {
    if (now < deadline_) return;
    timed_out_ = true;
    expect_nothing();
    boost::system::error_code ec;
    socket_.cancel(ec);
}

void Connection::close_if_idle() {
    if (idle_) close();
}

void Connection::close() {
    boost::system::error_code ec;
    socket_.close(ec);
}

Task<void> Connection::run() {
    co_await serve();
    close();
}

Task<void> Connection::serve() {
    for (;;) {
        std::string_view head;
        const Head read = co_await read_head(head);
        if (read == Head::closed) co_return;
        bool keep_alive = false;
        if (read == Head::too_large) {
            const std::string_view begun(buffer_.data() + begin_, end_ - begin_);
            keep_alive =
                co_await refuse({.status = 431, .reason = "The header is too large."}, begun);
        } else {
            keep_alive = co_await serve_one(head);
        }
        if (!keep_alive) co_return;
    }
}

Task<Connection::Head> Connection::read_head(std::string_view& head) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    const ServerOptions& options = loop_.state.options;
    idle_ = begin_ == end_;
    if (idle_ && loop_.state.stopping) co_return Head::closed;
    // Who has not asked for anything yet holds a place that others need.
    const auto patience = requests_ == 0 ? std::min(options.header_timeout, options.idle_timeout)
                                         : options.idle_timeout;
    expect(idle_ ? patience : options.header_timeout);
    std::size_t searched = 0;  // Bytes of `have` that hold no end.
    bool skipped = false;
    for (;;) {
        std::string_view have(buffer_.data() + begin_, end_ - begin_);
        if (!skipped && have.size() >= 2) {
            // One empty line in front of a request is tolerated (RFC 9112 §2.2).
            skipped = true;
            if (have.starts_with("\r\n")) {
                begin_ += 2;
                continue;
            }
        }
        const auto end = have.find(kEnd, searched);
        const std::size_t size = end == std::string_view::npos ? have.size() : end + kEnd.size();
        if (size > options.max_header_bytes) co_return Head::too_large;
        if (end != std::string_view::npos) {
            head = have.substr(0, size);
            begin_ += size;
            expect_nothing();
            co_return Head::ready;
        }
        searched = have.size() - std::min(have.size(), kEnd.size() - 1);
        const bool filled = co_await fill();
        if (!filled) co_return Head::closed;
        // The whole header has its time from the first byte on, however it drips in.
        if (idle_) expect(options.header_timeout);
        idle_ = false;
    }
}

Task<bool> Connection::fill() {
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
    const auto [ec, got] = co_await socket_.async_read_some(
        asio::buffer(buffer_.data() + end_, buffer_.size() - end_), kAwait
    );
    if (ec || timed_out_) co_return false;
    loop_.state.received->Increment(static_cast<double>(got));
    end_ += got;
    co_return true;
}

Task<std::size_t> Connection::read_some(std::span<char> into) {
    if (begin_ < end_) {
        const std::size_t take = std::min(end_ - begin_, into.size());
        std::memcpy(into.data(), buffer_.data() + begin_, take);
        begin_ += take;
        co_return take;
    }
    const auto [ec, got] =
        co_await socket_.async_read_some(asio::buffer(into.data(), into.size()), kAwait);
    if (ec) co_return 0;
    loop_.state.received->Increment(static_cast<double>(got));
    co_return got;
}

void Connection::unread(std::span<const char> bytes) {
    if (bytes.empty()) return;
    std::vector<char> joined(bytes.begin(), bytes.end());
    const std::span<const char> rest(buffer_.data() + begin_, end_ - begin_);
    joined.insert(joined.end(), rest.begin(), rest.end());
    begin_ = 0;
    end_ = joined.size();
    joined.resize(std::max(joined.size(), kInitialBuffer));
    buffer_ = std::move(joined);
}

Task<bool> Connection::refuse(const Verdict& verdict, std::string_view head) {
    const auto start = Clock::now();
    idle_ = false;
    framing_ = {};
    Request request;
    request.id = id_prefix_ + std::to_string(++requests_);
    request.client_address = peer_;
    // Even what is refused unread gets no body where it asked for none.
    if (head.starts_with("HEAD ")) request.method = Method::head;
    Response response = failure(
        request,
        {.code = Errc::invalid, .message = std::string(verdict.reason), .word = "bad_request"}
    );
    response.status = verdict.status;
    const bool written = co_await write(request, response, false);
    report(request, verdict.status, start, written);
    if (written) co_await linger();
    // Where the next request would begin is not known.
    co_return false;
}

void Connection::identify(Request& request) {
    const ServerState& state = loop_.state;
    const std::string_view id = request.header("x-request-id");
    ++requests_;
    request.id = is_request_id(id) ? std::string(id) : id_prefix_ + std::to_string(requests_);
    if (auto known = continue_trace(request.header("traceparent")))
        request.trace = std::move(*known);
    else if (SpanSink* const spans = state.options.spans)
        request.trace = begin_trace(spans->drawn());
    if (!state.proxies.contains(peer_)) {
        request.client_address = peer_;
        return;
    }
    request.client_address = client_address(state.proxies, peer_, forwarded_for(request));
    request.secure = request.header("x-forwarded-proto") == "https";
}

Task<bool> Connection::serve_one(std::string_view head) {
    idle_ = false;
    const Verdict verdict = judge(head, {.max_fields = loop_.state.options.max_header_fields});
    Request request;
    HeadFault fault = HeadFault::none;
    if (!verdict.status) fault = parse_head(head, request);
    if (verdict.status || fault != HeadFault::none) {
        const Verdict malformed{.status = 400, .reason = "The request target is malformed."};
        const bool keep_alive = co_await refuse(verdict.status ? verdict : malformed, head);
        co_return keep_alive;
    }
    framing_ = verdict.framing;
    identify(request);
    ConnectionBody body(*this, framing_);
    request.body = &body;
    const bool keep_alive = co_await exchange(request, body);
    co_return keep_alive;
}

Task<bool> Connection::exchange(Request& request, ConnectionBody& body) {
    const auto start = Clock::now();
    const InFlight counted(*loop_.state.load);
    Response response = co_await answer(request);
    // A client that still waits for its 100 may send the body or not: only closing is unambiguous.
    bool keep_alive = framing_.keep_alive && !loop_.state.stopping && !body.awaits_continue() &&
                      body.can_be_drained();
    const auto* stream = std::get_if<StreamBody>(&response.body);
    // To an HTTP/1.0 client only the end of the connection ends a body of unknown length.
    if (stream && !stream->length && !framing_.http_1_1) keep_alive = false;
    const bool written = co_await write(request, response, keep_alive);
    report(request, response.status, start, written);
    if (!written) co_return false;
    if (body.finished()) co_return keep_alive;
    if (keep_alive) keep_alive = co_await drain(body);
    if (!keep_alive) co_await linger();
    co_return keep_alive;
}

Task<Response> Connection::answer(Request& request) {
    std::string what;
    try {
        Response response = co_await loop_.state.entry(request);
        co_return response;
    } catch (const std::exception& error) {
        what = error.what();
    } catch (...) {
        what = "an unknown exception";
    }
    log::error("exception", {{"requestId", request.id}, {"route", request.route}, {"what", what}});
    co_return failure(request, fail_internal({}).error());
}

void Connection::report(
    const Request& request, int status, Clock::time_point start, bool complete
) {
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    loop_.observe(request, status, seconds);
    if (request.trace.sampled && loop_.state.options.spans)
        loop_.state.options.spans->add(span_of(request, status, seconds));
    if (!log::enabled(log::Level::info)) return;
    const bool ordinary = complete && status < 400 && seconds < kSlow;
    if (ordinary && !log::drawn()) return;
    log::info(
        "request", {{"requestId", request.id},
                    {"traceId", request.trace.id},
                    {"method", method_name(request.method)},
                    {"route", request.route},
                    {"path", logged_path(request)},
                    {"status", status},
                    {"bytes", sent_},
                    {"ms", seconds * 1000},
                    {"client", request.client_address},
                    {"complete", complete}}
    );
}

Task<bool> Connection::drain(ConnectionBody& body) {
    body.hurry(Clock::now() + kDrainTime);
    std::vector<char> sink(kSinkBuffer);
    while (!body.finished()) {
        const auto got = co_await body.read(sink);
        if (!got) co_return false;
    }
    co_return body.can_be_drained();
}

Task<void> Connection::linger() {
    boost::system::error_code ec;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ec);
    std::vector<char> sink(kSinkBuffer);
    begin_ = end_ = 0;
    const auto until = Clock::now() + kDrainTime;
    expect_until(until);
    while (Clock::now() < until) {
        const std::size_t got = co_await read_some(sink);
        if (got == 0) break;
    }
    expect_nothing();
}

}  // namespace reelshare::http
