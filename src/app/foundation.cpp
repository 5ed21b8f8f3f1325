#include "app/foundation.hpp"

#include "app/backup.hpp"
#include "app/log_control.hpp"
#include "app/open_database.hpp"
#include "app/version.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "objects/filesystem.hpp"
#include "objects/s3.hpp"
#include "outbound/otlp.hpp"
#include "redis/bus.hpp"

#include <cstdio>
#include <filesystem>

namespace reelshare::app {

namespace {

constexpr std::size_t kBlockingThreads = 4;
constexpr std::size_t kBlockingQueue = 10'000;

Result<void> make_data_folder(const Config& config) {
    std::error_code ec;
    std::filesystem::create_directories(config.data_dir, ec);
    if (!ec) return {};
    return fail(
        Errc::unavailable, "Cannot create " + config.data_dir.string() + ": " + ec.message()
    );
}

}  // namespace

Foundation::Foundation(const Config& config)
    : executor(kBlockingThreads, kBlockingQueue), config_(config) {}

Foundation::~Foundation() {
    store.reset();
    database.reset();
    log::stop();
}

/// A Redis that is away at the start is no reason not to start.
Result<void> Foundation::open_bus() {
    if (config_.redis_url.empty()) {
        bus = cache::make_memory_bus();
        return {};
    }
    auto address = redis::parse_address(config_.redis_url);
    if (!address) return std::unexpected(address.error());
    redis = std::make_unique<redis::Client>(
        redis::ClientOptions{.address = std::move(*address)}, metrics
    );
    bus = redis::make_bus(*redis);
    return {};
}

Result<void> Foundation::open() {
    if (auto made = make_data_folder(config_); !made) return made;
    if (half_restored(config_.data_dir))
        return fail(
            Errc::invalid, config_.data_dir.string() +
                               " is half restored: run `reelshare restore` again to its end."
        );
    start_log(config_);
    if (!config_.otlp_endpoint.empty())
        spans = outbound::make_otlp_exporter(
            {.endpoint = config_.otlp_endpoint,
             .version = std::string(kVersion),
             .instance = random_id(),
             .share = config_.trace_sample},
            metrics
        );
    if (auto connected = open_bus(); !connected) return connected;
    auto opened = open_database(config_, executor, writes, metrics);
    if (!opened) return std::unexpected(opened.error());
    database = std::move(*opened);
    return open_store();
}

Result<void> Foundation::open_store() {
    if (!config_.s3_bucket.empty()) {
        store = objects::open_s3(config_.s3_options(), metrics);
        return {};
    }
    auto folder = objects::open_filesystem(config_.data_dir / "objects", executor);
    if (!folder) return std::unexpected(folder.error());
    store = std::move(*folder);
    return {};
}

int refuse(const Error& error) {
    const std::string why =
        error.detail.empty() ? error.message : error.message + ' ' + error.detail;
    std::fprintf(stderr, "reelshare: %s\n", why.c_str());
    return 1;
}

}  // namespace reelshare::app
