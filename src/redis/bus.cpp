#include "redis/bus.hpp"

#include "base/id.hpp"

#include <atomic>
#include <string>
#include <utility>

namespace reelshare::redis {

namespace {

/// On the wire: the sender, the topic and the payload, each on a line of its own; the payload may
/// have more lines. No topic: the sender could not publish for a while.
struct Message {
    std::string_view sender;
    std::string_view topic;
    std::string_view payload;
};

std::string written(const Message& message) {
    std::string text(message.sender);
    text.append(1, '\n').append(message.topic).append(1, '\n').append(message.payload);
    return text;
}

Message read(std::string_view text) {
    Message message;
    const auto first = text.find('\n');
    if (first == std::string_view::npos) return message;
    const auto second = text.find('\n', first + 1);
    if (second == std::string_view::npos) return message;
    message.sender = text.substr(0, first);
    message.topic = text.substr(first + 1, second - first - 1);
    message.payload = text.substr(second + 1);
    return message;
}

/// What the client's callbacks need; they may outlive the bus.
struct Shared {
    std::unique_ptr<cache::MemoryBus> inside = cache::make_memory_bus();
    const std::string node = new_id();
    /// Something was not published: the others do not know what they missed.
    std::atomic<bool> silent{false};

    void take(std::string_view text) {
        const Message message = read(text);
        if (message.sender.empty() || message.sender == node) return;
        if (message.topic.empty())
            inside->tell_gap();
        else
            inside->publish(message.topic, std::string(message.payload));
    }
};

void say(
    Client& client,
    const std::shared_ptr<Shared>& shared,
    std::string_view topic,
    std::string_view payload
) {
    client.send(
        {"PUBLISH", client.channel("bus"), written({shared->node, topic, payload})}, {},
        [shared](const Result<Reply>& reply) {
            if (!reply) shared->silent = true;
        }
    );
}

void confess(Client& client, const std::shared_ptr<Shared>& shared) {
    if (client.up() && shared->silent.exchange(false)) say(client, shared, {}, {});
}

class RedisBus final : public cache::Bus {
  public:
    explicit RedisBus(Client& client) : client_(client) {
        client_.listen(
            {.channels = {client_.channel("bus")},
             .ready = [shared = shared_] { shared->inside->tell_gap(); },
             .heard = [shared = shared_](
                          const std::string&, const std::string& text
                      ) { shared->take(text); },
             .alive = [&client, shared = shared_] { confess(client, shared); }}
        );
    }

    void publish(std::string_view topic, std::string payload) override {
        say(client_, shared_, topic, payload);
        shared_->inside->publish(topic, std::move(payload));
    }
    std::unique_ptr<cache::Subscription> subscribe(std::string topic) override {
        return shared_->inside->subscribe(std::move(topic));
    }
    void listen(std::string topic, std::function<void(std::string_view)> listener) override {
        shared_->inside->listen(std::move(topic), std::move(listener));
    }
    void on_gap(std::function<void()> listener) override {
        shared_->inside->on_gap(std::move(listener));
    }

  private:
    Client& client_;
    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace

std::unique_ptr<cache::Bus> make_bus(Client& client) {
    return std::make_unique<RedisBus>(client);
}

}  // namespace reelshare::redis
