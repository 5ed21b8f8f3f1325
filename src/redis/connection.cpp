#include "redis/connection.hpp"

#include "redis/events.hpp"

#include <hiredis/async.h>

#include <span>
#include <utility>

namespace reelshare::redis {

namespace {

constexpr int kMaxDepth = 8;  // Our scripts nest once.

Reply copy_of(const redisReply& reply, int depth = 0) {
    switch (reply.type) {
        case REDIS_REPLY_INTEGER:
            return {std::int64_t{reply.integer}};
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
        case REDIS_REPLY_ERROR:
            return {std::string(reply.str, reply.len)};
        case REDIS_REPLY_ARRAY: {
            std::vector<Reply> items;
            if (depth < kMaxDepth)
                for (const redisReply* item : std::span(reply.element, reply.elements))
                    items.push_back(copy_of(*item, depth + 1));
            return {std::move(items)};
        }
        default:
            return {};
    }
}

/// hiredis hands our pointer back exactly once, with no reply where the connection went away.
void on_reply(redisAsyncContext*, void* given, void* data) {
    const std::unique_ptr<Connection::Replied> replied(static_cast<Connection::Replied*>(data));
    const auto* reply = static_cast<const redisReply*>(given);
    if (!reply)
        (*replied)(fail_unavailable("the connection to Redis was lost"));
    else if (reply->type == REDIS_REPLY_ERROR)
        (*replied)(refused_by_redis(std::string(reply->str, reply->len)));
    else
        (*replied)(copy_of(*reply));
}

struct Words {
    explicit Words(const Command& command) {
        for (const std::string& word : command) {
            texts.push_back(word.data());
            sizes.push_back(word.size());
        }
    }
    [[nodiscard]] int count() const { return static_cast<int>(texts.size()); }
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
};

}  // namespace

struct Connection::Impl {
    explicit Impl(boost::asio::io_context& given) : loop(given) {}

    static Impl& of(const redisAsyncContext* context) { return *static_cast<Impl*>(context->data); }

    static void on_connect(const redisAsyncContext* context, int status) {
        Impl& self = of(context);
        self.open = status == REDIS_OK;
        auto opened = std::exchange(self.opened, nullptr);
        if (self.open) return opened(Result<void>());
        const std::string why = context->errstr ? context->errstr : "cannot connect";
        self.context = nullptr;  // hiredis frees it after this.
        opened(fail_unavailable("Redis: " + why));
    }

    static void on_disconnect(const redisAsyncContext* context, int) {
        Impl& self = of(context);
        self.context = nullptr;
        self.open = false;
        if (auto lost = std::exchange(self.lost, nullptr)) lost();
    }

    static void on_message(redisAsyncContext* context, void* given, void*) {
        const auto* reply = static_cast<const redisReply*>(given);
        if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) return;
        Impl& self = of(context);
        const Reply kind = copy_of(*reply->element[0]);
        if (kind.text() == "subscribe" && --self.awaited == 0 && self.subscribed) self.subscribed();
        if (kind.text() == "message" && self.heard)
            self.heard(copy_of(*reply->element[1]).text(), copy_of(*reply->element[2]).text());
    }

    boost::asio::io_context& loop;
    redisAsyncContext* context = nullptr;
    bool open = false;
    std::size_t awaited = 0;  ///< Channels that are not on yet.
    std::function<void(Result<void>)> opened;
    std::function<void()> lost;
    std::function<void()> subscribed;
    std::function<void(const std::string&, const std::string&)> heard;
};

Connection::Connection(boost::asio::io_context& context) : impl_(std::make_unique<Impl>(context)) {}

Connection::~Connection() {
    impl_->lost = nullptr;
    if (auto opened = std::exchange(impl_->opened, nullptr))
        opened(fail_unavailable("Redis: given up"));
    if (impl_->context) redisAsyncFree(impl_->context);
}

void Connection::open(
    const std::string& address, std::uint16_t port, std::function<void(Result<void>)> opened
) {
    redisAsyncContext* context = redisAsyncConnect(address.c_str(), port);
    if (!context || context->err) {
        const std::string why = context && context->errstr ? context->errstr : "no memory";
        if (context) redisAsyncFree(context);
        return opened(fail_unavailable("Redis: " + why));
    }
    impl_->context = context;
    impl_->opened = std::move(opened);
    context->data = impl_.get();
    attach(impl_->loop, context);
    redisAsyncSetDisconnectCallback(context, Impl::on_disconnect);
    // Starts the wait for the connection, so it comes last.
    redisAsyncSetConnectCallback(context, Impl::on_connect);
}

void Connection::send(const Command& command, Replied replied) {
    const Words words(command);
    auto held = std::make_unique<Replied>(std::move(replied));
    if (impl_->open && redisAsyncCommandArgv(
                           impl_->context, on_reply, held.get(), words.count(),
                           const_cast<const char**>(words.texts.data()), words.sizes.data()
                       ) == REDIS_OK) {
        (void)held.release();  // on_reply owns it.
        return;
    }
    (*held)(fail_unavailable("no connection to Redis"));
}

void Connection::subscribe(
    const std::vector<std::string>& channels,
    std::function<void()> subscribed,
    std::function<void(const std::string& channel, const std::string& payload)> heard
) {
    impl_->awaited = channels.size();
    impl_->subscribed = std::move(subscribed);
    impl_->heard = std::move(heard);
    Command command{"SUBSCRIBE"};
    command.insert(command.end(), channels.begin(), channels.end());
    const Words words(command);
    if (impl_->open)
        redisAsyncCommandArgv(
            impl_->context, Impl::on_message, nullptr, words.count(),
            const_cast<const char**>(words.texts.data()), words.sizes.data()
        );
}

void Connection::on_lost(std::function<void()> lost) {
    impl_->lost = std::move(lost);
}

bool Connection::is_open() const {
    return impl_->open;
}

}  // namespace reelshare::redis
