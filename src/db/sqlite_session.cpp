#include "db/sqlite_session.hpp"

#include <utility>

namespace reelshare::db {

void SqliteSession::send(Command command) {
    {
        const std::lock_guard lock(mutex_);
        if (!closed_) {
            commands_.push_back(std::move(command));
            arrived_.notify_one();
            return;
        }
    }
    // Set once and never changed: readable without the lock from here on.
    if (command.answer) command.answer(std::unexpected(*closed_));
}

std::optional<SqliteSession::Command> SqliteSession::receive(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, limit, [&] { return !commands_.empty(); })) return std::nullopt;
    Command command = std::move(commands_.front());
    commands_.pop_front();
    return command;
}

void SqliteSession::close(const Error& why) {
    std::deque<Command> late;
    {
        const std::lock_guard lock(mutex_);
        if (!closed_) closed_ = why;
        late.swap(commands_);
    }
    for (Command& command : late)
        if (command.answer) command.answer(std::unexpected(*closed_));
}

}  // namespace reelshare::db
