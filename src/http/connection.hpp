#pragma once
// One client's connection: reads requests, has them answered, writes the answers, in order.

#include "http/gate.hpp"
#include "http/loop.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::http {

class ConnectionBody;

class Connection {
  public:
    using Clock = std::chrono::steady_clock;

    Connection(asio::ip::tcp::socket socket, std::string peer, Loop& loop);

    /// The whole life of the connection; returns when it is closed.
    Task<void> run();

    /// Ends what it waits for where its deadline has passed. Deadlines are looked at by one timer
    /// per loop: cheaper than arming one for each operation.
    void check_deadline(Clock::time_point now);
    /// Closes it if no request is under way; one that is gets its answer with `Connection: close`.
    void close_if_idle();
    void close();

  private:
    friend class ConnectionBody;

    enum class Head : std::uint8_t { ready, closed, too_large };

    // connection.cpp
    Task<void> serve();
    Task<Head> read_head(std::string_view& head);
    Task<bool> fill();
    Task<bool> serve_one(std::string_view head);
    Task<bool> exchange(Request& request, ConnectionBody& body);
    Task<Response> answer(Request& request);
    /// `head`: as much of the header as there is.
    Task<bool> refuse(const Verdict& verdict, std::string_view head);
    void identify(Request& request);
    void report(const Request& request, int status, Clock::time_point start, bool complete);
    /// Reads what is left of a body that nobody wanted; false where that is too much or takes too
    /// long.
    Task<bool> drain(ConnectionBody& body);
    /// Stops sending, then reads on for a moment: closing at once would reset the connection, and
    /// the reset can overtake the answer.
    Task<void> linger();

    // connection_write.cpp
    Task<bool> write(const Request& request, Response& response, bool keep_alive);
    void write_head(const Request& request, const Response& response, bool keep_alive);
    Task<bool> write_all(std::string_view head, std::string_view body);
    Task<bool> write_file(std::string_view head, const FileBody& file);
    Task<bool> write_stream(const Request& request, StreamBody& stream, bool chunked);
    /// Nothing where the stream broke.
    Task<Result<std::optional<std::string>>> next_piece(const Request& request, StreamBody& stream);
    /// The client has ended its half, or the connection is broken.
    [[nodiscard]] bool client_gone();
    Task<bool> wait_writable();
    void count_sent(std::size_t bytes);

    /// Reads into `into` from what is buffered, else from the socket; 0: the client is gone or
    /// late.
    Task<std::size_t> read_some(std::span<char> into);
    /// Puts bytes back in front of what is buffered.
    void unread(std::span<const char> bytes);

    void expect(std::chrono::milliseconds time) { expect_until(Clock::now() + time); }
    void expect_until(Clock::time_point deadline) {
        deadline_ = deadline;
        timed_out_ = false;
    }
    void expect_nothing() { deadline_ = Clock::time_point::max(); }

    asio::ip::tcp::socket socket_;
    const std::string peer_;
    Loop& loop_;
    Clock::time_point deadline_ = Clock::time_point::max();
    bool idle_ = true;          ///< Between requests, with nothing of the next one read.
    bool timed_out_ = false;    ///< The deadline passed while waiting.
    std::vector<char> buffer_;  ///< Bytes from `begin_` to `end_` are read and not yet used.
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string out_;  ///< The header of the answer; its memory is reused.
    Framing framing_;  ///< Of the request under way.
    std::string id_prefix_;
    std::uint64_t requests_ = 0;
    std::uint64_t sent_ = 0;  ///< Bytes of the answer under way.
};

}  // namespace reelshare::http
