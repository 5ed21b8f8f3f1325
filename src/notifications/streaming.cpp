// GET /notifications/stream. A message on the bus only says that there is something: what it is
// comes from the database, so that a lost message costs time and nothing else.

#include "notifications/notice.hpp"
#include "notifications/notifications.hpp"

#include <utility>

namespace reelshare::notifications {

using Clock = std::chrono::steady_clock;

class NotificationSource final : public http::EventSource {
  public:
    NotificationSource(
        Notifications& notifications,
        std::unique_ptr<cache::Subscription> messages,
        std::string user_id,
        std::string origin,
        std::string last_id,
        std::string first
    )
        : notifications_(notifications),
          messages_(std::move(messages)),
          user_id_(std::move(user_id)),
          origin_(std::move(origin)),
          last_id_(std::move(last_id)),
          waiting_(std::move(first)) {}

    Task<http::Events> next(Clock::time_point until) override {
        if (!waiting_.empty()) co_return http::Events{.text = std::exchange(waiting_, {})};
        const auto message = co_await messages_->next(until);
        if (!message && !ask_ && Clock::now() - asked_ < notifications_.options_.poll)
            co_return http::Events{};
        asked_ = Clock::now();
        auto news = co_await notifications_.since(user_id_, last_id_, origin_);
        ask_ = !news || news->more;
        if (!news || news->notifications.empty()) co_return http::Events{};
        last_id_ = news->last_id;
        http::Events events;
        for (const auto& one : news->notifications)
            events.text += http::event_text("notification", one.as_object());
        co_return events;
    }

  private:
    Notifications& notifications_;
    std::unique_ptr<cache::Subscription> messages_;
    std::string user_id_;
    std::string origin_;
    std::string last_id_;
    std::string waiting_;
    bool ask_ = false;
    Clock::time_point asked_ = Clock::now();
};

Task<Result<http::Response>> Notifications::stream(std::string user_id, std::string origin) {
    auto place = streams_.take_place(user_id);
    if (!place) co_return std::unexpected(place.error());
    // First the subscription, then the state: nothing falls between them.
    auto messages = bus_.subscribe(topic_of(user_id));
    auto newest = co_await list(user_id, "", 1, origin);
    if (!newest) co_return std::unexpected(newest.error());
    auto count = co_await unread(user_id);
    if (!count) co_return std::unexpected(count.error());
    auto source = std::make_unique<NotificationSource>(
        *this, std::move(messages), std::move(user_id), std::move(origin),
        std::move(newest->last_id), http::event_text("unread", {{"unreadCount", *count}})
    );
    co_return streams_.open(std::move(*place), std::move(source));
}

}  // namespace reelshare::notifications
