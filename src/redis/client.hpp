#pragma once
// The one Redis client of a process: a loop on a thread of its own, so that it serves every event
// loop and the worker alike, and a slow name server or a stalled Redis never holds one of them up.
//
// Redis is an extra: nothing waits for it longer than `budget`, and while it is away or slow every
// command fails at once, so that callers go on with what they know locally. It is found again
// without help, at most some seconds after it is back.

#include "base/metrics.hpp"
#include "base/task.hpp"
#include "redis/address.hpp"
#include "redis/reply.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace reelshare::redis {

struct ClientOptions {
    Address address;
    std::chrono::milliseconds budget{50};  ///< For one command, from the call to the answer.
};

/// A Lua script. Sent by its hash; whole where the server does not know it (any more).
class Script {
  public:
    explicit Script(std::string text);
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] const std::string& sha() const { return sha_; }

  private:
    std::string text_;
    std::string sha_;
};

/// Messages of channels, on a connection of their own that is kept open.
struct Listening {
    std::vector<std::string> channels;
    /// Each time the channels are on: what was sent before was missed.
    std::function<void()> ready;
    std::function<void(const std::string& channel, const std::string& payload)> heard;
    /// About once a second while messages arrive.
    std::function<void()> alive{};
};

/// Thread-safe. Callbacks run on the client's thread and must not block.
class Client {
  public:
    using Replied = std::function<void(Result<Reply>)>;

    /// Connects in the background: a Redis that is away is no failure.
    Client(ClientOptions options, Metrics& metrics);
    ~Client();

    /// Ends its thread: no callback runs any more, and every command fails at once.
    void stop();

    /// Whether commands are sent at all right now.
    [[nodiscard]] bool up() const;
    /// The place on the server that is ours: begins every key.
    [[nodiscard]] static std::string key(std::string_view name);
    /// The same for channels, which know no database numbers by themselves.
    [[nodiscard]] std::string channel(std::string_view name) const;

    /// `routing_key` decides the node of a cluster; "": any. Errors: `unavailable` (away, slow, or
    /// it said no: `detail` has its words), `timeout`.
    Task<Result<Reply>> command(Command command, std::string routing_key = {});
    /// All keys of a script lie where the first one does.
    Task<Result<Reply>> run(
        const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments
    );
    /// The same for callers that do not wait. `replied` may be called before this returns.
    void send(Command command, std::string routing_key, Replied replied);
    void send(
        const Script& script,
        std::vector<std::string> keys,
        std::vector<std::string> arguments,
        Replied replied
    );

    /// Until `stop`. What the callbacks refer to must be held by them.
    void listen(Listening listening);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace reelshare::redis
