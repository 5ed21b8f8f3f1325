// reelshare serve: the server, its worker and what stops them, in order. Destruction is the
// reverse order.

#include "accounts/old_sessions.hpp"
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
#include "videos/view_history.hpp"
#include "webhooks/outbox.hpp"
#include "webhooks/sender.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <utility>

namespace reelshare::app {

namespace {

/// Rows that nobody asks for any more.
Task<Result<void>> forget_old_rows(const Config& config, db::Database& database) {
    auto sessions = co_await accounts::forget_old_sessions(database);
    if (!sessions) co_return std::unexpected(sessions.error());
    std::int64_t views = 0;
    if (config.view_history_days > 0) {
        auto forgotten = co_await videos::forget_old_views(
            database, std::chrono::days(config.view_history_days)
        );
        if (!forgotten) co_return std::unexpected(forgotten.error());
        views = *forgotten;
    }
    if (*sessions > 0 || views > 0)
        log::info("old_rows_forgotten", {{"sessions", *sessions}, {"views", views}});
    co_return Result<void>();
}

/// The clean-up pass, at the start and every hour.
Task<void> keep_clean(
    const Config& config,
    Foundation& base,
    Features& features,
    webhooks::Sender& webhooks,
    std::atomic<bool>& stopping
) {
    const std::chrono::seconds grace(config.cleanup_grace_s);
    constexpr int kSecondsBetween = 3600;
    for (int second = 0; !stopping; ++second) {
        if (second % kSecondsBetween == 0) {
            auto cleaned = co_await processing::clean_up(
                *base.database, *base.store, config.data_dir / "scratch", grace
            );
            if (!cleaned) log::warn("clean_up_failed", {{"detail", cleaned.error().detail}});
            auto pruned = co_await features.notifications.prune();
            if (!pruned) log::warn("clean_up_failed", {{"detail", pruned.error().detail}});
            idempotency::Keys keys(*base.database);
            auto forgotten = co_await keys.forget_old();
            if (forgotten) forgotten = co_await webhooks.forget_old();
            if (!forgotten) log::warn("clean_up_failed", {{"detail", forgotten.error().detail}});
            auto old = co_await forget_old_rows(config, *base.database);
            if (!old) log::warn("clean_up_failed", {{"detail", old.error().detail}});
        }
        const bool woken = co_await sleep_for(std::chrono::seconds(1));
        (void)woken;
    }
}

/// Unfinished uploads that have expired, every minute or as often as they do.
Task<void> keep_uploads_clean(
    const Config& config, uploads::Resumables& uploads, std::atomic<bool>& stopping
) {
    const int seconds_between = std::min(60, static_cast<int>(config.upload_expiry_s));
    for (int second = 0; !stopping; ++second) {
        if (second % seconds_between == 0) {
            auto cleaned = co_await uploads.clean_up();
            if (!cleaned) log::warn("uploads_not_cleaned", {{"detail", cleaned.error().detail}});
        }
        const bool woken = co_await sleep_for(std::chrono::seconds(1));
        (void)woken;
    }
}

/// More connections than the usual 1,024 descriptors allow. Returns how many there may be: files,
/// the database and other services need descriptors too, whatever clients do.
std::size_t raise_descriptor_limit() {
    const std::size_t usual = http::ServerOptions{}.max_connections;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return usual;
    const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
    return std::min<std::size_t>(usual, limit.rlim_cur / 4 * 3);
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
    const std::size_t max_connections = raise_descriptor_limit();
    Foundation base(config);
    if (auto opened = base.open(); !opened) return refuse(opened.error());
    const auto secrets = token_secrets(config, *base.database);
    if (!secrets) return refuse(secrets.error());
    Features features(config, base, *secrets);
    if (auto recovered = run_now(features.views.recover()); !recovered)
        return refuse(recovered.error());

    // The server and what runs on its loops.
    http::ServerOptions options{
        .address = config.address, .port = config.port, .threads = config.event_loops()
    };
    options.trusted_proxies = config.trusted_proxies;
    options.spans = base.spans.get();
    options.max_connections = max_connections;
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
    if (auto requeued = requeue_interrupted(base); !requeued) return refuse(requeued.error());
    if (!base.database->is_shared()) {
        // Of visitors that the last process took with it: their clients need not wait.
        if (auto released = run_now(features.resumables.release_all()); !released)
            return refuse(released.error());
    }

    auto targets = run_now(webhooks::set_targets(*base.database, config.webhook_urls));
    if (!targets) return refuse(targets.error());
    webhooks::Sender webhooks(
        *base.database,
        {.secret = config.webhook_secret, .allow_private = config.webhook_allow_private},
        base.metrics
    );

    std::atomic<bool> stopping{false};
    const asio::any_io_executor background = server->executors().front();
    features.worker->start(background);
    Vitals vitals(config, base);
    spawn(background, "vitals", [&] { return vitals.watch(stopping); });
    spawn(background, "cleanup", [&] {
        return keep_clean(config, base, features, webhooks, stopping);
    });
    for (int i = 0; !config.webhook_urls.empty() && i < webhooks::Sender::kAtOnce; ++i)
        spawn(background, "webhooks", [&] { return webhooks.run(); });
    spawn(background, "uploads", [&] {
        return keep_uploads_clean(config, features.resumables, stopping);
    });
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
    webhooks.stop();
    features.events.stop();
    features.notifications.stop();
    server->drain();
    features.worker->stop();
    base.store->close();  // Who still waits for it does so on the server's loops.
    server->stop();
    features.worker.reset();
    features.views.stop();
    log::info("stopped");
    return 0;
}

}  // namespace reelshare::app
