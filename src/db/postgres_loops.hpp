#pragma once
// Which pool belongs to which event loop: made at a loop's first call, closed when the loop or the
// database goes, whichever is first.

#include "db/postgres_pool.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace reelshare::db {

class PostgresLoops {
  public:
    using MakePool = std::function<std::shared_ptr<PostgresPool>(asio::io_context&)>;

    explicit PostgresLoops(MakePool make);
    ~PostgresLoops();
    PostgresLoops(const PostgresLoops&) = delete;
    PostgresLoops& operator=(const PostgresLoops&) = delete;

    /// The pool of the loop that `executor` (a strand of it, too) runs on. Thread-safe.
    [[nodiscard]] std::shared_ptr<PostgresPool> of(const asio::any_io_executor& executor);

  private:
    class Registry;
    class LoopEnd;

    const MakePool make_;
    std::shared_ptr<Registry> registry_;
};

}  // namespace reelshare::db
