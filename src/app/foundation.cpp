#include "app/foundation.hpp"

#include "app/backup.hpp"
#include "app/log_control.hpp"
#include "base/log.hpp"
#include "db/migrate.hpp"
#include "db/sqlite.hpp"
#include "objects/filesystem.hpp"

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

Result<void> Foundation::open() {
    if (auto made = make_data_folder(config_); !made) return made;
    if (half_restored(config_.data_dir))
        return fail(
            Errc::invalid, config_.data_dir.string() +
                               " is half restored: run `reelshare restore` again to its end."
        );
    start_log(config_);
    bus = cache::make_memory_bus();
    auto opened = db::open_sqlite({.path = config_.data_dir / "reelshare.db"}, executor, metrics);
    if (!opened) return std::unexpected(opened.error());
    database = std::move(*opened);
    auto migrated = run_now(db::migrate(*database));
    if (!migrated) return std::unexpected(migrated.error());
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
