#pragma once
// What happened to somebody's clips and comments, for them to read.

#include "base/clock.hpp"
#include "base/task.hpp"
#include "cache/bus.hpp"
#include "db/database.hpp"
#include "http/event_streams.hpp"

#include <boost/json/array.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace reelshare::notifications {

struct NotificationList {
    boost::json::array notifications;
    std::string last_id;  ///< Of the last one; "" where the list is empty.
    bool more = false;    ///< There are others behind it.
};

struct NotificationOptions {
    http::EventStreamLimits streams{.max_per_client = 5};  ///< A client is a user.
    std::chrono::milliseconds poll{30'000};                ///< In case a message was lost.
    std::chrono::milliseconds max_age = std::chrono::days(90);
    std::int64_t max_per_user = 1000;
};

/// Thread-safe. Must outlive the server.
class Notifications {
  public:
    Notifications(db::Database& database, cache::Bus& bus, NotificationOptions options = {});

    /// Newest first, before `before_id` ("": from the newest). Links begin with `origin`.
    Task<Result<NotificationList>> list(
        std::string user_id, std::string before_id, std::int64_t limit, std::string origin
    );
    Task<Result<std::int64_t>> unread(std::string user_id);
    /// Those up to `until_id` ("": all), or only `until_id` itself. How many were unread.
    Task<Result<std::int64_t>> mark_read(std::string user_id, std::string until_id, bool only);

    /// An endless answer: first how many are unread, then each notification as it comes.
    Task<Result<http::Response>> stream(std::string user_id, std::string origin);
    /// Ends all streams within a moment.
    void stop() { streams_.stop(); }

    /// Deletes what is too old and what a user has too many of. Part of the hourly clean-up.
    Task<Result<void>> prune();

  private:
    friend class NotificationSource;
    /// Those behind `after_id`, oldest first.
    Task<Result<NotificationList>> since(
        std::string user_id, std::string after_id, std::string origin
    );

    db::Database& database_;
    cache::Bus& bus_;
    const NotificationOptions options_;
    http::EventStreams streams_;
};

}  // namespace reelshare::notifications
