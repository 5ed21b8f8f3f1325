#pragma once
// A transaction in progress, seen from both ends: the coroutine sends statements from its event
// loop, the writer's thread receives and runs them.

#include "db/database.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace reelshare::db {

class SqliteSession {
  public:
    using Answer = std::function<void(Result<Rows>)>;

    struct Command {
        enum class Kind : std::uint8_t { query, commit, rollback };
        Kind kind = Kind::query;
        std::string sql{};
        Params params{};
        /// Called once, on the writer's thread, or at once where the session is over. A commit is
        /// answered when the batch it is part of is on disk; a roll-back is not answered.
        Answer answer{};
    };

    void send(Command command);
    /// Nothing where none came in time.
    std::optional<Command> receive(std::chrono::milliseconds limit);
    /// Ends the session: what was sent and not received, and what is sent later, is answered with
    /// `why`.
    void close(const Error& why);

  private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Command> commands_;
    std::optional<Error> closed_;
};

}  // namespace reelshare::db
