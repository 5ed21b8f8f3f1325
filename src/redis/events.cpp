#include "redis/events.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <hiredis/async.h>

#include <memory>
#include <utility>

namespace reelshare::redis {

namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

/// The waits for one context. Handlers share it: hiredis may free the context inside one of them.
class Events : public std::enable_shared_from_this<Events> {
  public:
    Events(asio::io_context& loop, redisAsyncContext* context)
        : context_(context), descriptor_(loop, context->c.fd) {}

    void want_read(bool wanted) {
        read_.wanted = wanted;
        arm(read_, stream_descriptor::wait_read, redisAsyncHandleRead);
    }
    void want_write(bool wanted) {
        write_.wanted = wanted;
        arm(write_, stream_descriptor::wait_write, redisAsyncHandleWrite);
    }
    /// hiredis closes the descriptor itself.
    void end() {
        context_ = nullptr;
        descriptor_.release();
    }

  private:
    struct Side {
        bool wanted = false;
        bool armed = false;
    };

    void arm(Side& side, stream_descriptor::wait_type type, void (*handle)(redisAsyncContext*)) {
        if (!context_ || !side.wanted || side.armed) return;
        side.armed = true;
        descriptor_.async_wait(
            type,
            [self = shared_from_this(), &side, type, handle](boost::system::error_code ec) {
                side.armed = false;
                if (ec || !self->context_ || !side.wanted) return;
                handle(self->context_);
                self->arm(side, type, handle);
            }
        );
    }

    redisAsyncContext* context_;  ///< Null once freed.
    stream_descriptor descriptor_;
    Side read_;
    Side write_;
};

using Held = std::shared_ptr<Events>;

Events& events(void* data) {
    return **static_cast<Held*>(data);
}

}  // namespace

void attach(asio::io_context& loop, redisAsyncContext* context) {
    context->ev.data = new Held(std::make_shared<Events>(loop, context));
    context->ev.addRead = [](void* data) { events(data).want_read(true); };
    context->ev.delRead = [](void* data) { events(data).want_read(false); };
    context->ev.addWrite = [](void* data) { events(data).want_write(true); };
    context->ev.delWrite = [](void* data) { events(data).want_write(false); };
    context->ev.cleanup = [](void* data) {
        const std::unique_ptr<Held> held(static_cast<Held*>(data));
        (*held)->end();
    };
}

}  // namespace reelshare::redis
