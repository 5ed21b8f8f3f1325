#include "app/log_control.hpp"

#include "base/log.hpp"

#include <csignal>

namespace reelshare::app {

void start_log(const Config& config) {
    log::Options options{.folder = config.data_dir / "logs"};
    options.limits = {
        .max_bytes = std::size_t{config.log_max_mb} << 20,
        .max_old_files = config.log_files,
        .max_age = std::chrono::days(config.log_days)
    };
    (void)log::parse_level(config.log_level, options.level);
    log::start(options);
    log::set_sample(config.log_sample);
}

void LogControl::on_signal(int number) {
    if (number == SIGUSR1) {
        everything_ = !everything_;
        if (everything_) {
            log::set_level(log::Level::debug);
            log::set_sample(1);
            log::info("log_changed", {{"level", "debug"}, {"sample", 1.0}});
            return;
        }
    }
    if (number == SIGHUP) everything_ = false;
    const auto now = read_again(config_);
    if (!now) {
        log::warn("settings_not_read", {{"detail", now.error().message}});
        return;
    }
    apply(*now);
}

void LogControl::apply(const Config& config) {
    log::Level level = log::Level::info;
    (void)log::parse_level(config.log_level, level);
    log::set_level(level);
    log::set_sample(config.log_sample);
    log::info("log_changed", {{"level", config.log_level}, {"sample", config.log_sample}});
}

}  // namespace reelshare::app
