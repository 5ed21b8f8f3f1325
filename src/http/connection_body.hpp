#pragma once
// The body of the request under way, as its framing says.

#include "http/chunked.hpp"
#include "http/connection.hpp"

namespace reelshare::http {

class ConnectionBody final : public BodyReader {
  public:
    ConnectionBody(Connection& connection, const Framing& framing);

    /// For chunked bodies; a declared length is compared before the handler runs.
    void set_limit(std::uint64_t limit) { limit_ = limit; }
    [[nodiscard]] bool is_chunked() const { return chunked_; }
    [[nodiscard]] bool finished() const { return finished_; }
    /// Whether the client still waits for a 100 (Continue): it has not sent the body.
    [[nodiscard]] bool awaits_continue() const { return awaits_continue_; }
    /// Whether the end can be reached with little reading, so that the connection can go on.
    [[nodiscard]] bool can_be_drained() const;
    /// From now on nothing is for a handler: little more is read, and not beyond `until`.
    void hurry(Connection::Clock::time_point until);

    Task<Result<std::size_t>> read(std::span<char> into) override;
    [[nodiscard]] std::optional<std::uint64_t> content_length() const override { return length_; }

  private:
    Task<Result<std::size_t>> read_sized(std::span<char> into);
    Task<Result<std::size_t>> read_chunked(std::span<char> into);
    /// From the connection, under the deadline that the minimum rate gives.
    Task<Result<std::size_t>> read_raw(std::span<char> into);
    /// No more can be read, and where the next request begins is not known.
    std::unexpected<Error> broken(Errc code, std::string message);
    /// The same, by the client.
    std::unexpected<Error> gone();

    Connection& connection_;
    const std::optional<std::uint64_t> length_;
    const bool chunked_;
    bool awaits_continue_;
    bool finished_;
    bool broken_ = false;
    std::uint64_t limit_ = 0;
    std::uint64_t received_ = 0;  ///< Bytes off the wire.
    std::uint64_t body_ = 0;      ///< Bytes of body.
    Connection::Clock::duration waited_{
    };  ///< For the client; the handler's own time is not its fault.
    Connection::Clock::time_point until_ = Connection::Clock::time_point::max();
    ChunkDecoder decoder_;
    std::vector<char> raw_;  ///< Chunked only: undecoded bytes from `raw_begin_` to `raw_end_`.
    std::size_t raw_begin_ = 0;
    std::size_t raw_end_ = 0;
};

}  // namespace reelshare::http
