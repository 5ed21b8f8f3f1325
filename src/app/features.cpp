#include "app/features.hpp"

#include "accounts/routes.hpp"
#include "app/system_routes.hpp"
#include "base/hash.hpp"
#include "delivery/media.hpp"
#include "delivery/web.hpp"
#include "uploads/routes.hpp"
#include "videos/routes.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace reelshare::app {

namespace {

/// Names guests by a hash that nobody else can compute, the same after a restart.
std::string salt_of_viewers(const std::string& secret) {
    return sha256_hex("reelshare viewer " + secret);
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

Features::Features(const Config& config, Foundation& base, const std::string& secret)
    : near_cache({.max_bytes = std::size_t{config.cache_mb} << 20}, base.metrics),
      accounts(*base.database, passwords, secret, {.throttle = config.rate_limit != "off"}),
      videos(
          *base.database,
          near_cache,
          *base.bus,
          config.public_url,
          delivery::MediaLinks(delivery::PathSigner(secret), config.media_base_url)
      ),
      views(*base.database, videos, base.metrics),
      events(videos, *base.bus),
      files(*base.store, open_files_options(config)),
      parts(std::size_t{config.media_cache_mb} << 20, base.metrics),
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
          {.max_bytes = config.max_upload_mb << 20},
          *base.database,
          *base.store,
          [this] { worker->notify(); }
      ),
      config_(config),
      base_(base),
      viewer_salt_(salt_of_viewers(secret)),
      path_signer_(secret) {
    base.bus->listen("drop", [this](std::string_view tag) {
        near_cache.drop(tag);
        if (!tag.starts_with(videos::kMediaTag)) return;
        const std::string prefix = fmt::format("media/{}/", tag.substr(videos::kMediaTag.size()));
        files.forget(prefix);
        parts.forget(prefix);
    });
}

http::Router Features::routes() {
    http::Router router;
    add_system_routes(router, *base_.database, *base_.store, base_.metrics, config_.metrics_allow);
    accounts::add_account_routes(router, accounts, config_.cors_origins);
    videos::add_video_routes(
        router, {videos, views, events, accounts, near_cache, *base_.store, files, viewer_salt_}
    );
    uploads::add_upload_routes(router, {uploads, accounts, videos, *base_.bus, config_.public_url});
    delivery::add_media_routes(
        router, {.files = files,
                 .parts = parts,
                 .signer = path_signer_,
                 .is_open = [this](std::string asset) { return videos.media_is_open(asset); },
                 .cross_site = !config_.cors_origins.empty()}
    );
    delivery::add_web_routes(router, media_origins(config_));
    return router;
}

}  // namespace reelshare::app
