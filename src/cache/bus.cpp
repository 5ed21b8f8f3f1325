#include "cache/bus.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <deque>
#include <map>
#include <mutex>
#include <vector>

namespace reelshare::cache {

namespace {

constexpr std::size_t kMaxWaiting = 64;

/// The queue of one listener; outlives the subscription while a publisher still holds it.
struct Mailbox {
    std::mutex mutex;
    std::deque<std::string> messages;
    std::shared_ptr<asio::steady_timer> waiter;  ///< Set while somebody waits.

    void put(const std::string& payload) {
        const std::lock_guard lock(mutex);
        messages.push_back(payload);
        if (messages.size() > kMaxWaiting) messages.pop_front();
        // A timer is touched on its own loop only.
        if (waiter) asio::post(waiter->get_executor(), [timer = waiter] { timer->cancel(); });
    }
    std::optional<std::string> take() {
        const std::lock_guard lock(mutex);
        if (messages.empty()) return std::nullopt;
        std::string message = std::move(messages.front());
        messages.pop_front();
        return message;
    }
};

struct Topics {
    std::mutex mutex;
    std::multimap<std::string, std::shared_ptr<Mailbox>, std::less<>> mailboxes;
    std::multimap<std::string, std::function<void(std::string_view)>, std::less<>> listeners;
};

class MemorySubscription final : public Subscription {
  public:
    MemorySubscription(std::shared_ptr<Topics> topics, std::string topic)
        : topics_(std::move(topics)),
          topic_(std::move(topic)),
          mailbox_(std::make_shared<Mailbox>()) {
        const std::lock_guard lock(topics_->mutex);
        topics_->mailboxes.emplace(topic_, mailbox_);
    }
    ~MemorySubscription() override {
        const std::lock_guard lock(topics_->mutex);
        const auto [begin, end] = topics_->mailboxes.equal_range(topic_);
        for (auto it = begin; it != end; ++it) {
            if (it->second != mailbox_) continue;
            topics_->mailboxes.erase(it);
            return;
        }
    }

    Task<std::optional<std::string>> next(std::chrono::steady_clock::time_point deadline) override {
        auto timer =
            std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor, deadline);
        for (;;) {
            {
                const std::lock_guard lock(mailbox_->mutex);
                mailbox_->waiter = mailbox_->messages.empty() ? timer : nullptr;
            }
            if (auto message = mailbox_->take()) co_return message;
            timer->expires_at(deadline);
            const auto woken = co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
            (void)woken;  // Ran out or was cancelled by a message: the mailbox tells.
            {
                const std::lock_guard lock(mailbox_->mutex);
                mailbox_->waiter = nullptr;
            }
            if (auto message = mailbox_->take()) co_return message;
            if (std::chrono::steady_clock::now() >= deadline) co_return std::nullopt;
        }
    }

  private:
    std::shared_ptr<Topics> topics_;
    std::string topic_;
    std::shared_ptr<Mailbox> mailbox_;
};

class LocalBus final : public MemoryBus {
  public:
    void publish(std::string_view topic, std::string payload) override {
        std::vector<std::shared_ptr<Mailbox>> receivers;
        std::vector<const std::function<void(std::string_view)>*> calls;
        {
            const std::lock_guard lock(topics_->mutex);
            const auto [begin, end] = topics_->mailboxes.equal_range(topic);
            for (auto it = begin; it != end; ++it) receivers.push_back(it->second);
            const auto [first, last] = topics_->listeners.equal_range(topic);
            for (auto it = first; it != last; ++it) calls.push_back(&it->second);
        }
        for (const auto* call : calls) (*call)(payload);
        for (const auto& mailbox : receivers) mailbox->put(payload);
    }

    std::unique_ptr<Subscription> subscribe(std::string topic) override {
        return std::make_unique<MemorySubscription>(topics_, std::move(topic));
    }

    void listen(std::string topic, std::function<void(std::string_view)> listener) override {
        const std::lock_guard lock(topics_->mutex);
        topics_->listeners.emplace(std::move(topic), std::move(listener));
    }

    void on_gap(std::function<void()> listener) override {
        const std::lock_guard lock(topics_->mutex);
        gap_listeners_.push_back(std::move(listener));
    }

    void tell_gap() override {
        std::vector<std::function<void()>> calls;
        {
            const std::lock_guard lock(topics_->mutex);
            calls = gap_listeners_;
        }
        for (const auto& call : calls) call();
    }

  private:
    std::shared_ptr<Topics> topics_ = std::make_shared<Topics>();
    std::vector<std::function<void()>> gap_listeners_;  ///< Under the mutex of the topics.
};

}  // namespace

std::unique_ptr<MemoryBus> make_memory_bus() {
    return std::make_unique<LocalBus>();
}

}  // namespace reelshare::cache
