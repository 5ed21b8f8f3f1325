#include "db/postgres_loops.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

namespace reelshare::db {

class PostgresLoops::Registry {
  public:
    std::shared_ptr<PostgresPool> find(asio::execution_context& loop) {
        const std::shared_lock lock(mutex_);
        const auto found = pools_.find(&loop);
        return found == pools_.end() ? nullptr : found->second;
    }
    void add(asio::execution_context& loop, std::shared_ptr<PostgresPool> pool) {
        const std::unique_lock lock(mutex_);
        pools_.emplace(&loop, std::move(pool));
    }
    void forget(asio::execution_context& loop) {
        std::shared_ptr<PostgresPool> pool;
        {
            const std::unique_lock lock(mutex_);
            const auto found = pools_.find(&loop);
            if (found == pools_.end()) return;
            pool = std::move(found->second);
            pools_.erase(found);
        }
        pool->shut_down();
    }
    void forget_all() {
        std::map<asio::execution_context*, std::shared_ptr<PostgresPool>> all;
        {
            const std::unique_lock lock(mutex_);
            all.swap(pools_);
        }
        for (const auto& [loop, pool] : all) pool->shut_down();
    }

  private:
    std::shared_mutex mutex_;
    std::map<asio::execution_context*, std::shared_ptr<PostgresPool>> pools_;
};

/// Lives in a loop and is told by it that it goes.
class PostgresLoops::LoopEnd final : public asio::execution_context::service {
  public:
    inline static asio::execution_context::id id;

    explicit LoopEnd(asio::execution_context& loop) : service(loop) {}
    void tell(std::weak_ptr<Registry> registry) { registries_.push_back(std::move(registry)); }

  private:
    void shutdown() override {
        for (const auto& registry : registries_)
            if (const auto alive = registry.lock()) alive->forget(context());
    }

    std::vector<std::weak_ptr<Registry>> registries_;  ///< Touched on the loop only.
};

PostgresLoops::PostgresLoops(MakePool make)
    : make_(std::move(make)), registry_(std::make_shared<Registry>()) {}

PostgresLoops::~PostgresLoops() {
    registry_->forget_all();
}

std::shared_ptr<PostgresPool> PostgresLoops::of(const asio::any_io_executor& executor) {
    asio::execution_context& loop = asio::query(executor, asio::execution::context);
    if (auto pool = registry_->find(loop)) return pool;
    // Only this loop's own thread makes its pool.
    asio::use_service<LoopEnd>(loop).tell(registry_);
    // Every loop of ours is one.
    auto pool = make_(static_cast<asio::io_context&>(loop));
    registry_->add(loop, pool);
    return pool;
}

}  // namespace reelshare::db
