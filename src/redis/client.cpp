#include "redis/client.hpp"

#include "base/completion.hpp"
#include "redis/cluster.hpp"
#include "redis/link.hpp"
#include "redis/listener.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <thread>
#include <utility>

namespace reelshare::redis {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMaxRedirects = 3;
constexpr std::size_t kMaxNodes = 256;
constexpr std::chrono::seconds kEndTime{2};

prometheus::Counter& counter(Metrics& metrics, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(metrics.registry()).Add({});
}

Command evaluate(
    std::string_view how,
    std::string script,
    const std::vector<std::string>& keys,
    const std::vector<std::string>& arguments
) {
    Command command{std::string(how), std::move(script), std::to_string(keys.size())};
    command.insert(command.end(), keys.begin(), keys.end());
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

}  // namespace

/// One command under way; what a cluster's redirections change.
struct Errand {
    Command command;
    std::string routing_key;
    Clock::time_point deadline;
    Client::Replied replied;
    int redirects = 0;
};

/// What is private runs on its thread alone.
class Client::Impl {
  public:
    Impl(ClientOptions options, Metrics& metrics)
        : options_(std::move(options)),
          work_(loop_.get_executor()),
          commands_(counter(metrics, "reelshare_redis_commands_total", "Commands sent to Redis.")),
          failures_(counter(
              metrics,
              "reelshare_redis_failures_total",
              "Commands that Redis did not answer in time, or refused."
          )) {
        metrics.sample("reelshare_redis_up", "1 while Redis answers in time.", [up = up_] {
            return up->load() ? 1.0 : 0.0;
        });
        // A cluster tells by its redirections who is who.
        if (options_.address.mode == Mode::cluster)
            for (const Endpoint& seed : options_.address.endpoints) add(seed);
        else
            add_link({}, options_.address);
        thread_ = std::thread([this] { loop_.run(); });
    }

    ~Impl() { stop(); }

    void stop() {
        if (!thread_.joinable()) return;
        asio::post(loop_, [this] {
            stopping_ = true;
            for (auto& [endpoint, link] : links_) link->stop();
            for (auto& listener : listeners_) listener->stop();
            work_.reset();
        });
        // A name look-up under way cannot be called back.
        const auto give_up = Clock::now() + kEndTime;
        while (!loop_.stopped() && Clock::now() < give_up)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        loop_.stop();
        thread_.join();
        *up_ = false;
    }

    [[nodiscard]] bool up() const { return up_->load(std::memory_order_relaxed); }

    [[nodiscard]] int database() const { return options_.address.database; }

    void start(Command command, std::string routing_key, Replied replied) {
        commands_.Increment();
        if (!up()) {
            failures_.Increment();
            return replied(fail_unavailable("Redis is away"));
        }
        auto errand = std::make_shared<Errand>(
            std::move(command), std::move(routing_key), Clock::now() + options_.budget,
            std::move(replied)
        );
        asio::post(loop_, [this, errand] { dispatch(errand, link_for(errand->routing_key)); });
    }

    void listen(Listening listening) {
        asio::post(loop_, [this, listening = std::move(listening)]() mutable {
            auto& listener = listeners_.emplace_back(std::make_unique<Listener>(
                loop_, options_.address, std::move(listening),
                [this](const std::string& channel) {
                    start({"PUBLISH", channel, ""}, {}, [](const Result<Reply>&) {});
                }
            ));
            spawn(loop_.get_executor(), "redis_listener", [&listener = *listener] {
                return listener.run();
            });
        });
    }

  private:
    Link* add(const Endpoint& node) {
        if (const auto known = links_.find(node); known != links_.end()) return known->second.get();
        if (links_.size() >= kMaxNodes || stopping_) return nullptr;
        Address address = options_.address;
        address.mode = Mode::single;
        address.endpoints = {node};
        return add_link(node, std::move(address));
    }

    Link* add_link(const Endpoint& node, Address address) {
        auto& link =
            links_.emplace(node, std::make_unique<Link>(loop_, std::move(address), options_.budget))
                .first->second;
        link->on_change([this] { judge(); });
        spawn(loop_.get_executor(), "redis_link", [&link = *link] { return link.run(); });
        return link.get();
    }

    /// A cluster is up while one of its nodes is.
    void judge() {
        *up_ = std::ranges::any_of(links_, [](const auto& entry) { return entry.second->up(); });
    }

    [[nodiscard]] Link* any_link() const {
        for (const auto& [endpoint, link] : links_)
            if (link->up()) return link.get();
        return links_.begin()->second.get();
    }

    [[nodiscard]] Link* link_for(const std::string& routing_key) const {
        if (options_.address.mode == Mode::cluster && !routing_key.empty())
            if (Link* link = slots_.at(slot_of(routing_key)); link && link->up()) return link;
        return any_link();
    }

    void dispatch(const std::shared_ptr<Errand>& errand, Link* link) {
        if (!link->up()) return finish(*errand, fail_unavailable("Redis is away"));
        link->send(errand->command, errand->deadline, [this, errand, link](Result<Reply> reply) {
            const bool moved = !reply && options_.address.mode == Mode::cluster &&
                               redirect(errand, *link, reply.error().detail);
            if (!moved) finish(*errand, std::move(reply));
        });
    }

    bool redirect(const std::shared_ptr<Errand>& errand, const Link& from, std::string_view words) {
        auto told = redirect_of(words);
        if (!told || errand->redirects++ >= kMaxRedirects) return false;
        if (told->to.host.empty())
            for (const auto& [endpoint, link] : links_)
                if (link.get() == &from) told->to.host = endpoint.host;
        Link* link = add(told->to);
        if (!link) return false;
        if (told->once)
            link->send({"ASKING"}, errand->deadline, [](const Result<Reply>&) {});
        else
            slots_.at(told->slot) = link;
        dispatch(errand, link);
        return true;
    }

    void finish(Errand& errand, Result<Reply> reply) {
        if (!reply) failures_.Increment();
        errand.replied(std::move(reply));
    }

    const ClientOptions options_;
    std::shared_ptr<std::atomic<bool>> up_ = std::make_shared<std::atomic<bool>>(false);
    asio::io_context loop_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    prometheus::Counter& commands_;
    prometheus::Counter& failures_;
    /// By node; one under an empty name where there is no cluster. Never removed from.
    std::map<Endpoint, std::unique_ptr<Link>> links_;
    std::array<Link*, kSlots> slots_{};
    std::vector<std::unique_ptr<Listener>> listeners_;
    bool stopping_ = false;
    std::thread thread_;
};

Client::Client(ClientOptions options, Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), metrics)) {}
Client::~Client() = default;

void Client::stop() {
    impl_->stop();
}

bool Client::up() const {
    return impl_->up();
}

std::string Client::key(std::string_view name) {
    return "reelshare:" + std::string(name);
}

std::string Client::channel(std::string_view name) const {
    return key(std::to_string(impl_->database()) + ":" + std::string(name));
}

void Client::send(Command command, std::string routing_key, Replied replied) {
    impl_->start(std::move(command), std::move(routing_key), std::move(replied));
}

void Client::send(
    const Script& script,
    std::vector<std::string> keys,
    std::vector<std::string> arguments,
    Replied replied
) {
    const std::string routing_key = keys.empty() ? std::string() : keys.front();
    Command by_hash = evaluate("EVALSHA", script.sha(), keys, arguments);
    Command whole = evaluate("EVAL", script.text(), keys, arguments);
    auto second = [impl = impl_.get(), whole = std::move(whole), routing_key,
                   replied = std::move(replied)](Result<Reply> reply) mutable {
        if (reply || !reply.error().detail.starts_with("NOSCRIPT"))
            return replied(std::move(reply));
        impl->start(std::move(whole), std::move(routing_key), std::move(replied));
    };
    impl_->start(std::move(by_hash), routing_key, std::move(second));
}

Task<Result<Reply>> Client::command(Command command, std::string routing_key) {
    auto reply = co_await await_completion<Result<Reply>>([&](Replied replied) {
        send(std::move(command), std::move(routing_key), std::move(replied));
    });
    co_return reply;
}

Task<Result<Reply>> Client::run(
    const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments
) {
    auto reply = co_await await_completion<Result<Reply>>([&](Replied replied) {
        send(script, std::move(keys), std::move(arguments), std::move(replied));
    });
    co_return reply;
}

void Client::listen(Listening listening) {
    impl_->listen(std::move(listening));
}

}  // namespace reelshare::redis
