#pragma once
// One connection to one Redis server: hiredis driven by an Asio loop. Commands are pipelined, their
// answers come in order. Touched on the loop's thread alone, and never destroyed inside one of its
// own callbacks.

#include "redis/reply.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace reelshare::redis {

class Connection {
  public:
    using Replied = std::function<void(Result<Reply>)>;

    explicit Connection(boost::asio::io_context& context);
    /// What waits for an answer gets `unavailable`.
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// To a numeric address: a name would be looked up on the loop. `opened` is called once.
    void open(
        const std::string& address, std::uint16_t port, std::function<void(Result<void>)> opened
    );
    /// `replied` is called once, also when the connection is lost.
    void send(const Command& command, Replied replied);
    /// From now on only messages arrive. `subscribed` is called when all channels are on.
    void subscribe(
        const std::vector<std::string>& channels,
        std::function<void()> subscribed,
        std::function<void(const std::string& channel, const std::string& payload)> heard
    );
    /// Called once where an open connection ends, except by the destructor.
    void on_lost(std::function<void()> lost);

    [[nodiscard]] bool is_open() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace reelshare::redis
