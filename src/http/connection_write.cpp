// The writing half of a connection.

#include "base/log.hpp"
#include "http/bytes.hpp"
#include "http/connection.hpp"
#include "http/reason.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>

#include <fmt/format.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <iterator>
#include <limits>

namespace reelshare::http {

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// One sendfile call's share, so that a fast client does not hold the loop.
constexpr std::uint64_t kFileShare = 2u << 20;

bool has_body(const Request& request, int status) {
    return request.method != Method::head && status != 204 && status != 304;
}

std::optional<std::uint64_t> length_of(const Response& response) {
    if (const auto* text = std::get_if<std::string>(&response.body)) return text->size();
    if (const auto* shared = std::get_if<SharedBytes>(&response.body))
        return *shared ? (*shared)->size() : 0;
    if (const auto* file = std::get_if<FileBody>(&response.body)) return file->length;
    return std::get<StreamBody>(response.body).length;
}

/// How an answer is framed is the server's to say: a handler's own word could contradict it.
bool frames(std::string_view name) {
    return same(name, "content-length") || same(name, "transfer-encoding") ||
           same(name, "connection");
}

iovec piece_of(std::string_view bytes) {
    return {const_cast<char*>(bytes.data()), bytes.size()};
}

}  // namespace

void Connection::count_sent(std::size_t bytes) {
    sent_ += bytes;
    loop_.state.sent->Increment(static_cast<double>(bytes));
}

void Connection::write_head(const Request& request, const Response& response, bool keep_alive) {
    out_.clear();
    fmt::format_to(
        std::back_inserter(out_), "HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status)
    );
    for (const auto& [name, value] : response.headers) {
        if (frames(name)) continue;
        // A line end in a value would start another header: cut there.
        const std::string_view line =
            std::string_view(value).substr(0, value.find_first_of("\r\n"));
        out_.append(name).append(": ").append(line).append("\r\n");
    }
    out_.append("Date: ").append(loop_.date());
    out_.append("\r\nX-Request-Id: ").append(request.id);
    if (response.status != 204 && response.status != 304) {
        const auto length = length_of(response);
        if (length)
            fmt::format_to(std::back_inserter(out_), "\r\nContent-Length: {}", *length);
        else if (framing_.http_1_1)
            out_.append("\r\nTransfer-Encoding: chunked");
    }
    if (!keep_alive)
        out_.append("\r\nConnection: close");
    else if (!framing_.http_1_1)
        out_.append("\r\nConnection: keep-alive");
    out_.append("\r\n\r\n");
}

Task<bool> Connection::write(const Request& request, Response& response, bool keep_alive) {
    sent_ = 0;
    write_head(request, response, keep_alive);
    bool written = false;
    if (!has_body(request, response.status)) {
        written = co_await write_all(out_, {});
    } else if (const auto* text = std::get_if<std::string>(&response.body)) {
        written = co_await write_all(out_, *text);
    } else if (const auto* shared = std::get_if<SharedBytes>(&response.body)) {
        written =
            co_await write_all(out_, *shared ? std::string_view(**shared) : std::string_view());
    } else if (const auto* file = std::get_if<FileBody>(&response.body)) {
        written = co_await write_file(out_, *file);
    } else {
        auto& stream = std::get<StreamBody>(response.body);
        written = co_await write_all(out_, {});
        if (written)
            written = co_await write_stream(request, stream, !stream.length && framing_.http_1_1);
    }
    expect_nothing();
    co_return written;
}

Task<bool> Connection::wait_writable() {
    expect(loop_.state.options.write_timeout);
    const auto [ec] = co_await socket_.async_wait(asio::socket_base::wait_write, kAwait);
    const bool writable = !ec && !timed_out_;
    expect_nothing();
    co_return writable;
}

Task<bool> Connection::write_all(std::string_view head, std::string_view body) {
    while (!head.empty() || !body.empty()) {
        std::array<iovec, 2> pieces{piece_of(head), piece_of(body)};
        msghdr message{};
        message.msg_iov = pieces.data();
        message.msg_iovlen = pieces.size();
        // Tried at once: nearly always the socket takes the whole answer and no loop turn is
        // needed.
        const ssize_t sent =
            ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            const auto done = static_cast<std::size_t>(sent);
            count_sent(done);
            const std::size_t of_head = std::min(done, head.size());
            head.remove_prefix(of_head);
            body.remove_prefix(done - of_head);
        } else if (errno == EAGAIN) {
            const bool writable = co_await wait_writable();
            if (!writable) co_return false;
        } else if (errno != EINTR) {
            co_return false;
        }
    }
    co_return true;
}

Task<bool> Connection::write_file(std::string_view head, const FileBody& file) {
    if (file.length > 0) {
        // The header waits in the kernel for the first bytes of the file.
        const ssize_t sent = ::send(
            socket_.native_handle(), head.data(), head.size(),
            MSG_MORE | MSG_NOSIGNAL | MSG_DONTWAIT
        );
        if (sent > 0) {
            count_sent(static_cast<std::size_t>(sent));
            head.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    const bool headed = co_await write_all(head, {});
    if (!headed) co_return false;
    auto offset = static_cast<off_t>(file.offset);
    std::uint64_t left = file.length;
    while (left > 0) {
        const auto share = static_cast<std::size_t>(std::min(left, kFileShare));
        const ssize_t sent = ::sendfile(socket_.native_handle(), file.descriptor, &offset, share);
        if (sent > 0) {
            left -= static_cast<std::uint64_t>(sent);
            count_sent(static_cast<std::size_t>(sent));
            if (left == 0) break;
        } else if (sent == 0) {
            log::error("file_too_short", {{"missing", left}});
            co_return false;
        } else if (errno == EINTR) {
            continue;
        } else if (errno != EAGAIN) {
            co_return false;
        }
        // Waiting even where there is room lets the loop's other connections have their turn.
        const bool writable = co_await wait_writable();
        if (!writable) co_return false;
    }
    co_return true;
}

Task<bool> Connection::write_stream(const Request& request, StreamBody& stream, bool chunked) {
    std::uint64_t left = stream.length.value_or(std::numeric_limits<std::uint64_t>::max());
    for (;;) {
        // An endless stream ends with the server; its client connects again.
        if (!stream.length && loop_.state.stopping) break;
        auto piece = co_await next_piece(request, stream);
        // Broken off rather than ended: the client must not take it for the whole.
        if (!piece) co_return false;
        if (!*piece) break;
        std::string& bytes = **piece;
        if (bytes.empty()) {
            // Nobody would notice until the next write, and streams are counted.
            if (client_gone()) co_return false;
            continue;
        }
        if (bytes.size() > left) co_return false;
        left -= bytes.size();
        bool written = false;
        if (chunked) {
            const std::string size = fmt::format("{:x}\r\n", bytes.size());
            bytes.append("\r\n");
            written = co_await write_all(size, bytes);
        } else {
            written = co_await write_all(bytes, {});
        }
        if (!written) co_return false;
    }
    if (!chunked) co_return !stream.length || left == 0;
    const bool ended = co_await write_all("0\r\n\r\n", {});
    co_return ended;
}

bool Connection::client_gone() {
    char byte = 0;
    const ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

Task<Result<std::optional<std::string>>> Connection::next_piece(
    const Request& request, StreamBody& stream
) {
    std::string what;
    try {
        auto piece = co_await stream.next();
        if (piece) co_return piece;
        what = piece.error().detail.empty() ? piece.error().message : piece.error().detail;
    } catch (const std::exception& error) {
        what = error.what();
    }
    log::warn(
        "stream_broken", {{"requestId", request.id}, {"route", request.route}, {"what", what}}
    );
    co_return fail_internal(what);
}

}  // namespace reelshare::http
