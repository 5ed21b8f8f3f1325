// reelshare worker: works through the queue without serving.

#include "app/commands.hpp"
#include "app/features.hpp"
#include "app/foundation.hpp"
#include "app/stop_signal.hpp"
#include "base/log.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdio>
#include <thread>

namespace reelshare::app {

int work(const Config& config) {
    StopSignal stop_signal;
    Foundation base(config);
    if (auto opened = base.open(); !opened) return refuse(opened.error());
    cache::NearCache near_cache({.max_bytes = 0}, base.metrics);  // Nothing is read here.
    videos::Videos videos(*base.database, near_cache, *base.bus, config.public_url);
    processing::Publisher publisher(*base.database, videos, *base.bus);
    asio::io_context context(1);  // Before the worker, whose timers live on it.
    auto guard = asio::make_work_guard(context);
    processing::Worker worker(
        worker_options(config, std::max(1u, config.worker_count())), *base.database, *base.store,
        publisher, base.metrics, base.executor
    );
    base.database->listen(processing::kJobsChannel, worker.doorbell());
    if (auto requeued = requeue_interrupted(base); !requeued) return refuse(requeued.error());
    std::thread loop([&] { context.run(); });
    worker.start(context.get_executor());
    log::info("worker_started", {{"workers", config.worker_count()}});
    std::printf("ReelShare worker is running. Ctrl-C stops it.\n");
    std::fflush(stdout);
    const int signal = stop_signal.wait();
    log::info("stopping", {{"signal", signal}});
    worker.stop();
    base.store->close();
    guard.reset();
    context.stop();
    loop.join();
    return 0;
}

}  // namespace reelshare::app
