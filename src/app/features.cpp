#include "app/features.hpp"

#include "accounts/reset_routes.hpp"
#include "accounts/routes.hpp"
#include "app/system_routes.hpp"
#include "base/hash.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "comments/routes.hpp"
#include "delivery/media.hpp"
#include "delivery/web.hpp"
#include "exports/routes.hpp"
#include "follows/routes.hpp"
#include "idempotency/routes.hpp"
#include "limits/redis_quota.hpp"
#include "limits/routes.hpp"
#include "limits/shedding.hpp"
#include "moderation/routes.hpp"
#include "notifications/routes.hpp"
#include "profiles/routes.hpp"
#include "search/routes.hpp"
#include "statistics/routes.hpp"
#include "uploads/routes.hpp"
#include "uploads/tus_routes.hpp"
#include "videos/routes.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

namespace reelshare::app {

namespace {

/// Names guests by a hash that nobody else can compute, the same after a restart.
std::string salt_of_viewers(const std::string& secret) {
    return sha256_hex("reelshare viewer " + secret);
}

std::unique_ptr<outbound::Mailer> make_mailer(const Config& config) {
    if (config.smtp_url.empty()) return outbound::make_log_mailer();
    return outbound::make_smtp_mailer({.url = config.smtp_url, .from = config.mail_from});
}

/// Names this process among those of all machines, also after its process id is used again.
std::string owner_of_leases() {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    return std::string(host.data()) + ':' + std::to_string(::getpid()) + ':' + new_id();
}

std::unique_ptr<limits::Limiter> make_limiter(
    const Config& config, limits::Quota* shared, accounts::Accounts& accounts, Metrics& metrics
) {
    if (config.rate_limit == "off") return nullptr;
    return std::make_unique<limits::Limiter>(
        config.rate_limits().value_or(limits::Policies()), shared,
        [&accounts](const http::Request& request) { return accounts.claimed_user(request); },
        metrics
    );
}

/// Where pages may take media from besides their own origin, as a Content-Security-Policy lists it.
std::string media_origins(const Config& config) {
    const auto host = config.media_base_url.find("://");
    if (host == std::string::npos) return config.public_url;
    const auto path = config.media_base_url.find('/', host + 3);
    const std::string far = config.media_base_url.substr(0, path);
    return config.public_url.empty() ? far : config.public_url + ' ' + far;
}

/// A bucket may be out of reach for a while: what is known of its objects stays true.
delivery::OpenFilesOptions open_files_options(const Config& config) {
    delivery::OpenFilesOptions options;
    if (config.s3_bucket.empty()) return options;
    options.max_files = 4096;  // They cost no descriptor.
    options.max_stale = std::chrono::hours(1);
    return options;
}

/// Where nodes share the database what was answered must be in it: a journal would die with its
/// machine.
videos::ViewCounterOptions view_options(const Config& config, const db::Database& database) {
    if (database.is_shared()) return {.journal = {}, .delay = std::chrono::milliseconds(0)};
    return {.journal = config.data_dir / "views"};
}

}  // namespace

processing::WorkerOptions worker_options(
    const Config& config, const Foundation& base, unsigned workers
) {
    media::Job limits;
    limits.max_duration_s = config.max_duration_s;
    return {
        .program = config.media_program_path(),
        .workers = workers,
        .scratch = config.data_dir / "scratch",
        .limits = limits,
        .owner = owner_of_leases(),
        .keep_source = config.keep_source,
        .spans = base.spans.get()
    };
}

Result<void> requeue_interrupted(Foundation& base) {
    if (base.database->is_shared()) return {};
    // This process holds the installation's lock: whoever held a lease is dead.
    processing::JobQueue queue(*base.database);
    auto requeued = run_now(queue.requeue_all_running());
    if (!requeued) return std::unexpected(requeued.error());
    if (*requeued > 0) log::info("jobs_requeued", {{"count", *requeued}});
    return {};
}

Features::Features(const Config& config, Foundation& base, const std::vector<std::string>& secrets)
    : near_cache({.max_bytes = std::size_t{config.cache_mb} << 20}, base.metrics),
      accounts(
          *base.database, passwords, *base.bus, secrets, {.throttle = config.rate_limit != "off"}
      ),
      mailer(make_mailer(config)),
      resets(*base.database, passwords, accounts, *mailer, config.public_url),
      idempotency_keys(*base.database),
      shared_quota(base.redis ? limits::make_redis_quota(*base.redis) : nullptr),
      limiter(make_limiter(config, shared_quota.get(), accounts, base.metrics)),
      words(*base.database, near_cache, *base.bus),
      videos(
          *base.database,
          near_cache,
          *base.bus,
          config.public_url,
          delivery::MediaLinks(delivery::PathSigner(secrets.front()), config.media_base_url)
      ),
      comments(*base.database, near_cache, *base.bus, videos),
      moderation(*base.database, near_cache, *base.bus, accounts, videos, comments, words),
      notifications(*base.database, *base.bus),
      follows(*base.database, near_cache, *base.bus),
      blocks(*base.database, near_cache, *base.bus),
      suggestions(*base.database, near_cache),
      profiles(*base.database, videos, near_cache, *base.bus),
      avatars(config.media_program_path(), config.data_dir / "scratch", base.executor),
      views(*base.database, videos, base.metrics, view_options(config, *base.database)),
      events(videos, *base.bus),
      files(*base.store, open_files_options(config)),
      parts(std::size_t{config.media_cache_mb} << 20, base.metrics),
      publisher(*base.database, videos, *base.bus),
      worker(std::make_unique<processing::Worker>(
          worker_options(config, base, config.worker_count()),
          *base.database,
          *base.store,
          publisher,
          base.metrics,
          base.executor
      )),
      uploads(
          {.max_bytes = config.max_upload_mb << 20,
           .quota_bytes = config.user_quota_bytes(),
           .header = {.max_duration_s = static_cast<double>(config.max_duration_s)}},
          *base.database,
          *base.store,
          words,
          [this] { worker->notify(); }
      ),
      resumables(
          {.life = std::chrono::seconds(config.upload_expiry_s)},
          *base.database,
          *base.store,
          uploads
      ),
      exports(*base.database, *base.store),
      config_(config),
      base_(base),
      viewer_salt_(salt_of_viewers(secrets.back())),
      path_signer_(secrets.front()) {
    if (config.worker_count() > 0)
        base.database->listen(processing::kJobsChannel, worker->doorbell());
    base.bus->listen("drop", [this](std::string_view tag) {
        near_cache.drop(tag);
        if (!tag.starts_with(videos::kMediaTag)) return;
        const std::string prefix = fmt::format("media/{}/", tag.substr(videos::kMediaTag.size()));
        files.forget(prefix);
        parts.forget(prefix);
    });
    base.bus->on_gap([this] { near_cache.clear(); });
}

Features::~Features() {
    if (base_.redis) base_.redis->stop();
}

http::Router Features::routes() {
    http::Router router;
    add_system_routes(
        router, {*base_.database, *base_.store, base_.redis.get(), base_.metrics},
        config_.metrics_allow
    );
    accounts::add_account_routes(router, accounts, config_.cors_origins);
    accounts::add_reset_routes(router, resets);
    videos::add_video_routes(
        router,
        {videos, views, events, accounts, words, near_cache, *base_.store, files, viewer_salt_}
    );
    profiles::add_profile_routes(
        router, {profiles, accounts, videos, *base_.store, files, parts, avatars}
    );
    comments::add_comment_routes(
        router, {comments, accounts, near_cache, words, videos.public_url()}
    );
    moderation::add_moderation_routes(router, {moderation, words, accounts, *base_.database});
    follows::add_follow_routes(
        router, {follows, blocks, accounts, near_cache, videos.public_url()}
    );
    notifications::add_notification_routes(router, {notifications, accounts, videos.public_url()});
    search::add_search_routes(router, {suggestions, accounts, videos.public_url()});
    statistics::add_statistics_routes(router, *base_.database, accounts, videos);
    uploads::add_upload_routes(router, {uploads, accounts, videos, *base_.bus, config_.public_url});
    uploads::add_tus_routes(router, {resumables, uploads, accounts, config_.public_url});
    exports::add_export_routes(router, {exports, accounts, path_signer_, videos.public_url()});
    delivery::add_media_routes(
        router, {.files = files,
                 .parts = parts,
                 .signer = path_signer_,
                 .access = [this](std::string asset) { return videos.media_access(asset); },
                 .cross_site = !config_.cors_origins.empty()}
    );
    delivery::add_web_routes(router, media_origins(config_));
    // Around all of them, so these come last; a request over its limit is not even looked up.
    idempotency::add_idempotency(
        router, {idempotency_keys, *base_.bus,
                 [this](const http::Request& request) { return accounts.claimed_user(request); }}
    );
    if (limiter) limits::limit_routes(router, *limiter);
    limits::shed_routes(
        router,
        {.all = [&executor = base_.executor] { return executor.overloaded(); },
         .writes = [&writes = base_.writes] { return writes.stands(StandingQueue::Clock::now()); }},
        base_.metrics
    );
    return router;
}

}  // namespace reelshare::app
