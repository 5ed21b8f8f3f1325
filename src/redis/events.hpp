#pragma once
// hiredis' event hooks on an Asio loop.

#include <boost/asio/io_context.hpp>

struct redisAsyncContext;

namespace reelshare::redis {

/// Lets `loop` drive `context`. Ends by itself when hiredis frees the context.
void attach(boost::asio::io_context& loop, redisAsyncContext* context);

}  // namespace reelshare::redis
