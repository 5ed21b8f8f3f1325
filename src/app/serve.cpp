// reelshare serve: the server, its worker and what stops them, in order. Destruction is the
// reverse order.

#include "app/commands.hpp"
#include "app/features.hpp"
#include "app/foundation.hpp"
#include "app/log_control.hpp"
#include "app/secrets.hpp"
#include "app/stop_signal.hpp"
#include "app/version.hpp"
#include "app/vitals.hpp"
#include "base/log.hpp"
#include "http/middleware.hpp"
#include "http/server.hpp"
#include "processing/cleanup.hpp"

#include <sys/resource.h>

#include <atomic>
#include <cstdio>

namespace reelshare::app {

namespace {

/// The clean-up pass, at the start and every hour.
Task<void> keep_clean(const Config& config, Foundation& base, std::atomic<bool>& stopping) {
    const std::chrono::seconds grace(config.cleanup_grace_s);
    constexpr int kSecondsBetween = 3600;
    for (int second = 0; !stopping; ++second) {
        if (second % kSecondsBetween == 0) {
            auto cleaned = co_await processing::clean_up(
                *base.database, *base.store, config.data_dir / "scratch", grace
            );
            if (!cleaned) log::warn("clean_up_failed", {{"detail", cleaned.error().detail}});
        }
        const bool woken = co_await sleep_for(std::chrono::seconds(1));
        (void)woken;
    }
}

/// More connections than the usual 1,024 descriptors allow.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

void print_address(const Config& config, std::uint16_t port) {
    const bool any = config.address == "0.0.0.0" || config.address == "::";
    const std::string url =
        !config.public_url.empty()
            ? config.public_url
            : "http://" + (any ? "localhost" : config.address) + ":" + std::to_string(port);
    std::printf("ReelShare %s is ready: %s\n", std::string(kVersion).c_str(), url.c_str());
    std::fflush(stdout);
}

}  // namespace

int serve(const Config& config) {
    StopSignal stop_signal;  // First: threads inherit the mask.
    raise_descriptor_limit();
    Foundation base(config);
    if (auto opened = base.open(); !opened) return refuse(opened.error());
    const auto secrets = token_secrets(config);
    if (!secrets) return refuse(secrets.error());
    Features features(config, base, *secrets);

    // The server and what runs on its loops.
    http::ServerOptions options{
        .address = config.address, .port = config.port, .threads = config.event_loops()
    };
    options.trusted_proxies = config.trusted_proxies;
    options.shutdown_grace = std::chrono::seconds(config.shutdown_grace_s);
    std::vector<http::Middleware> middleware;
    middleware.push_back(http::security_headers());
    middleware.push_back(http::cors(config.cors_origins));
    middleware.push_back(http::compress_and_tag());
    std::unique_ptr<http::Server> server;
    try {
        server = std::make_unique<http::Server>(
            options, features.routes(), std::move(middleware), base.metrics
        );
    } catch (const std::exception& error) {
        return refuse(
            {.code = Errc::unavailable,
             .message = "Cannot listen on " + config.address + ":" + std::to_string(config.port) +
                        ": " + error.what()}
        );
    }
    // This process holds the installation's lock: whoever held a lease is dead.
    processing::JobQueue queue(*base.database);
    auto requeued = run_now(queue.requeue_all_running());
    if (requeued && *requeued > 0) log::info("jobs_requeued", {{"count", *requeued}});

    std::atomic<bool> stopping{false};
    const asio::any_io_executor background = server->executors().front();
    features.worker->start(background);
    Vitals vitals(config, base);
    spawn(background, "vitals", [&] { return vitals.watch(stopping); });
    spawn(background, "cleanup", [&] { return keep_clean(config, base, stopping); });
    server->start();
    log::info(
        "started", {{"version", kVersion},
                    {"port", server->port()},
                    {"loops", config.event_loops()},
                    {"workers", config.worker_count()}}
    );
    print_address(config, server->port());

    LogControl log_control(config);
    const int signal = stop_signal.wait([&](int number) { log_control.on_signal(number); });
    log::info("stopping", {{"signal", signal}});
    stopping = true;
    features.events.stop();
    server->drain();
    features.worker->stop();
    server->stop();
    features.worker.reset();
    features.views.stop();
    log::info("stopped");
    return 0;
}

}  // namespace reelshare::app
