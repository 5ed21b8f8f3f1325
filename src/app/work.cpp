// reelshare worker: works through the queue without serving.

#include "app/commands.hpp"
#include "app/features.hpp"
#include "app/foundation.hpp"
#include "app/log_control.hpp"
#include "app/ops_server.hpp"
#include "app/stop_signal.hpp"
#include "app/vitals.hpp"
#include "base/log.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
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
        worker_options(config, base, std::max(1u, config.worker_count())), *base.database,
        *base.store, publisher, base.metrics, base.executor
    );
    base.database->listen(processing::kJobsChannel, worker.doorbell());
    if (auto requeued = requeue_interrupted(base); !requeued) return refuse(requeued.error());
    std::atomic<bool> stopping{false};
    Vitals vitals(config, base);
    spawn(context.get_executor(), "vitals", [&] { return vitals.watch(stopping); });
    std::unique_ptr<http::Server> ops;
    try {
        ops = start_ops_server(config, base);
    } catch (const std::exception& error) {
        return refuse({.code = Errc::unavailable, .message = error.what()});
    }
    std::thread loop([&] { context.run(); });
    worker.start(context.get_executor());
    log::info("worker_started", {{"workers", config.worker_count()}});
    std::printf("ReelShare worker is running. Ctrl-C stops it.\n");
    std::fflush(stdout);
    LogControl log_control(config);
    const int signal = stop_signal.wait([&](int number) { log_control.on_signal(number); });
    log::info("stopping", {{"signal", signal}});
    stopping = true;
    worker.stop();
    if (ops) ops->stop();
    base.store->close();
    guard.reset();
    context.stop();
    loop.join();
    return 0;
}

}  // namespace reelshare::app
