// The composition root: every part, in order, with what it is for. Destruction is the reverse
// order.

#include "http/server.hpp"

#include "accounts/routes.hpp"
#include "app/commands.hpp"
#include "app/secrets.hpp"
#include "app/stop_signal.hpp"
#include "app/system_routes.hpp"
#include "app/version.hpp"
#include "base/hash.hpp"
#include "cache/bus.hpp"
#include "cache/near_cache.hpp"
#include "db/migrate.hpp"
#include "db/sqlite.hpp"
#include "delivery/media.hpp"
#include "delivery/web.hpp"
#include "http/middleware.hpp"
#include "objects/filesystem.hpp"
#include "processing/cleanup.hpp"
#include "processing/worker.hpp"
#include "uploads/routes.hpp"
#include "videos/routes.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

namespace reelshare::app {

namespace {

constexpr std::size_t kBlockingThreads = 4;
constexpr std::size_t kBlockingQueue = 10'000;

/// Runs one task to its end before anything serves: migrations.
template <class T>
T run_now(Task<T> task) {
    asio::io_context context(1);
    std::optional<T> result;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr failure, T value) {
        if (failure) std::rethrow_exception(failure);
        result.emplace(std::move(value));
    });
    context.run();
    return std::move(*result);
}

int refuse(const std::string& why) {
    std::fprintf(stderr, "reelshare: %s\n", why.c_str());
    return 1;
}

/// What every command that works on the data needs: folders, log, database, objects.
class Foundation {
  public:
    explicit Foundation(const Config& config) : config_(config) {}

    /// A sentence where the installation cannot be opened.
    Result<void> open() {
        std::error_code ec;
        std::filesystem::create_directories(config_.data_dir, ec);
        if (ec)
            return fail(
                Errc::unavailable,
                "Cannot create " + config_.data_dir.string() + ": " + ec.message()
            );
        log::Options logging{.folder = config_.data_dir / "logs"};
        (void)log::parse_level(config_.log_level, logging.level);
        log::start(logging);
        auto opened =
            db::open_sqlite({.path = config_.data_dir / "reelshare.db"}, executor, metrics);
        if (!opened) return std::unexpected(opened.error());
        database = std::move(*opened);
        auto migrated = run_now(db::migrate(*database));
        if (!migrated) return std::unexpected(migrated.error());
        auto folder = objects::open_filesystem(config_.data_dir / "objects", executor);
        if (!folder) return std::unexpected(folder.error());
        store = std::move(*folder);
        return {};
    }
    ~Foundation() {
        store.reset();
        database.reset();
        log::stop();
    }

    Metrics metrics;
    BlockingExecutor executor{kBlockingThreads, kBlockingQueue};
    std::unique_ptr<db::Database> database;
    std::unique_ptr<objects::Store> store;
    std::unique_ptr<cache::Bus> bus = cache::make_memory_bus();

  private:
    const Config& config_;
};

processing::WorkerOptions worker_options(const Config& config, unsigned workers) {
    media::Job limits;
    limits.max_duration_s = config.max_duration_s;
    return {
        .program = config.media_program_path(),
        .workers = workers,
        .scratch = config.data_dir / "scratch",
        .limits = limits,
        .owner = std::to_string(::getpid())
    };
}

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

/// Names guests by a hash that nobody else can compute, the same after a restart.
std::string viewer_salt(const std::string& secret) {
    return sha256_hex("reelshare viewer " + secret);
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
    if (auto opened = base.open(); !opened)
        return refuse(opened.error().message + ' ' + opened.error().detail);
    std::string secret = config.jwt_secret;
    if (secret.empty()) {
        auto kept = load_or_make_secret(config.data_dir / "secrets" / "jwt");
        if (!kept) return refuse(kept.error().message);
        secret = *kept;
    }
    const bool limited = config.rate_limit != "off";

    // Features, from the ports up.
    cache::NearCache near_cache({.max_bytes = std::size_t{config.cache_mb} << 20}, base.metrics);
    base.bus->listen("drop", [&](std::string_view tag) { near_cache.drop(tag); });
    accounts::Passwords passwords;
    accounts::Accounts accounts(*base.database, passwords, secret, {.throttle = limited});
    videos::Videos videos(*base.database, near_cache, *base.bus, config.public_url);
    videos::ViewCounter views(*base.database, videos, base.metrics);
    videos::EventStreams events(videos, *base.bus);
    delivery::OpenFiles files(*base.store);
    processing::Publisher publisher(*base.database, videos, *base.bus);
    // Its timers live on the server\'s loops: it goes before the server does.
    auto worker = std::make_unique<processing::Worker>(
        worker_options(config, config.worker_count()), *base.database, *base.store, publisher,
        base.metrics, base.executor
    );
    uploads::Uploads uploads(
        {.max_bytes = config.max_upload_mb << 20}, *base.database, *base.store,
        [&] { worker->notify(); }
    );

    // Routes.
    http::Router router;
    add_system_routes(router, *base.database, *base.store, base.metrics, config.metrics_allow);
    accounts::add_account_routes(router, accounts, config.cors_origins);
    videos::add_video_routes(
        router,
        {videos, views, events, accounts, near_cache, *base.store, files, viewer_salt(secret)}
    );
    uploads::add_upload_routes(router, {uploads, accounts, videos, *base.bus, config.public_url});
    delivery::add_media_routes(router, files, !config.cors_origins.empty());
    delivery::add_web_routes(router, config.public_url);

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
            options, std::move(router), std::move(middleware), base.metrics
        );
    } catch (const std::exception& error) {
        return refuse(
            "cannot listen on " + config.address + ":" + std::to_string(config.port) + ": " +
            error.what()
        );
    }
    // This process holds the installation's lock: whoever held a lease is dead.
    processing::JobQueue queue(*base.database);
    auto requeued = run_now(queue.requeue_all_running());
    if (requeued && *requeued > 0) log::info("jobs_requeued", {{"count", *requeued}});

    std::atomic<bool> stopping{false};
    const asio::any_io_executor background = server->executors().front();
    worker->start(background);
    spawn(background, "cleanup", [&] { return keep_clean(config, base, stopping); });
    server->start();
    log::info(
        "started", {{"version", kVersion},
                    {"port", server->port()},
                    {"loops", config.event_loops()},
                    {"workers", config.worker_count()}}
    );
    print_address(config, server->port());

    const int signal = stop_signal.wait();
    log::info("stopping", {{"signal", signal}});
    stopping = true;
    events.stop();
    server->drain();
    worker->stop();
    server->stop();
    worker.reset();
    views.stop();
    log::info("stopped");
    return 0;
}

int work(const Config& config) {
    StopSignal stop_signal;
    Foundation base(config);
    if (auto opened = base.open(); !opened)
        return refuse(opened.error().message + ' ' + opened.error().detail);
    cache::NearCache near_cache({.max_bytes = 0}, base.metrics);  // Nothing is read here.
    videos::Videos videos(*base.database, near_cache, *base.bus, config.public_url);
    processing::Publisher publisher(*base.database, videos, *base.bus);
    asio::io_context context(1);  // Before the worker, whose timers live on it.
    auto guard = asio::make_work_guard(context);
    processing::Worker worker(
        worker_options(config, std::max(1u, config.worker_count())), *base.database, *base.store,
        publisher, base.metrics, base.executor
    );
    processing::JobQueue queue(*base.database);
    auto requeued = run_now(queue.requeue_all_running());
    if (!requeued) return refuse(requeued.error().message);
    std::thread loop([&] { context.run(); });
    worker.start(context.get_executor());
    log::info("worker_started", {{"workers", config.worker_count()}});
    std::printf("ReelShare worker is running. Ctrl-C stops it.\n");
    std::fflush(stdout);
    const int signal = stop_signal.wait();
    log::info("stopping", {{"signal", signal}});
    worker.stop();
    guard.reset();
    context.stop();
    loop.join();
    return 0;
}

int migrate(const Config& config) {
    Foundation base(config);
    if (auto opened = base.open(); !opened)
        return refuse(opened.error().message + ' ' + opened.error().detail);
    std::printf("The database in %s is up to date.\n", config.data_dir.c_str());
    return 0;
}

}  // namespace reelshare::app
