#include "app/features.hpp"

#include "accounts/reset_routes.hpp"
#include "accounts/routes.hpp"
#include "app/system_routes.hpp"
#include "base/hash.hpp"
#include "delivery/media.hpp"
#include "delivery/web.hpp"
#include "uploads/routes.hpp"
#include "videos/routes.hpp"

#include <unistd.h>

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

}  // namespace

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

Features::Features(const Config& config, Foundation& base, const std::vector<std::string>& secrets)
    : near_cache({.max_bytes = std::size_t{config.cache_mb} << 20}, base.metrics),
      accounts(
          *base.database, passwords, *base.bus, secrets, {.throttle = config.rate_limit != "off"}
      ),
      mailer(make_mailer(config)),
      resets(*base.database, passwords, accounts, *mailer, config.public_url),
      videos(*base.database, near_cache, *base.bus, config.public_url),
      views(*base.database, videos, base.metrics),
      events(videos, *base.bus),
      files(*base.store),
      publisher(*base.database, videos, *base.bus),
      worker(std::make_unique<processing::Worker>(
          worker_options(config, config.worker_count()),
          *base.database,
          *base.store,
          publisher,
          base.metrics,
          base.executor
      )),
      uploads(
          {.max_bytes = config.max_upload_mb << 20,
           .header = {.max_duration_s = static_cast<double>(config.max_duration_s)}},
          *base.database,
          *base.store,
          [this] { worker->notify(); }
      ),
      config_(config),
      base_(base),
      viewer_salt_(salt_of_viewers(secrets.back())) {
    base.bus->listen("drop", [this](std::string_view tag) { near_cache.drop(tag); });
}

http::Router Features::routes() {
    http::Router router;
    add_system_routes(router, *base_.database, *base_.store, base_.metrics, config_.metrics_allow);
    accounts::add_account_routes(router, accounts, config_.cors_origins);
    accounts::add_reset_routes(router, resets);
    videos::add_video_routes(
        router, {videos, views, events, accounts, near_cache, *base_.store, files, viewer_salt_}
    );
    uploads::add_upload_routes(router, {uploads, accounts, videos, *base_.bus, config_.public_url});
    delivery::add_media_routes(router, files, !config_.cors_origins.empty());
    delivery::add_web_routes(router, config_.public_url);
    return router;
}

}  // namespace reelshare::app
