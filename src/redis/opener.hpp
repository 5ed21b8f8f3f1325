#pragma once
// From an address to a connection that is logged in: looks names up, asks the sentinels for the
// master, authenticates, selects the database. Runs on the client's loop.

#include "base/task.hpp"
#include "redis/address.hpp"
#include "redis/connection.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace reelshare::redis {

class Opener {
  public:
    Opener(asio::io_context& loop, Address address);

    /// Tries every address that it finds; `unavailable` where none takes us.
    Task<Result<std::unique_ptr<Connection>>> open();

    /// One command and its answer, on a connection that nobody else uses yet.
    static Task<Result<Reply>> ask(asio::io_context& loop, Connection& connection, Command command);

  private:
    Task<Result<std::unique_ptr<Connection>>> connect(Endpoint endpoint);
    Task<Result<std::unique_ptr<Connection>>> enter(Endpoint endpoint);
    Task<Result<Endpoint>> master();

    asio::io_context& loop_;
    Address address_;
};

}  // namespace reelshare::redis
