#include "base/log.hpp"

#include "base/clock.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>
#include <vector>

namespace reelshare::log {

namespace {

constexpr std::size_t kQueueLines = 8192;
constexpr std::array<std::string_view, 5> kNames = {"debug", "info", "warn", "error", "off"};

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
        case Level::off:
            break;
    }
    return spdlog::level::off;
}

std::shared_ptr<spdlog::logger>& logger() {
    static std::shared_ptr<spdlog::logger> instance = [] {
        auto fallback = std::make_shared<spdlog::logger>(
            "reelshare", std::make_shared<spdlog::sinks::stderr_sink_mt>()
        );
        fallback->set_pattern("%v");
        return fallback;
    }();
    return instance;
}

}  // namespace

void start(const Options& options) {
    std::vector<spdlog::sink_ptr> sinks;
    if (options.console) sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    if (!options.folder.empty()) {
        std::filesystem::create_directories(options.folder);
        sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
            (options.folder / "reelshare.log").string(), options.max_file_bytes, options.max_files
        ));
    }
    spdlog::init_thread_pool(kQueueLines, 1);
    auto made = std::make_shared<spdlog::async_logger>(
        "reelshare", sinks.begin(), sinks.end(), spdlog::thread_pool(),
        spdlog::async_overflow_policy::overrun_oldest
    );
    made->set_pattern("%v");
    made->set_level(to_spdlog(options.level));
    made->flush_on(spdlog::level::err);
    spdlog::flush_every(std::chrono::seconds(1));
    // A full disk or a closed console must not stop the server, nor fill the console with
    // complaints.
    made->set_error_handler([](const std::string&) {});
    logger() = std::move(made);
}

void stop() {
    logger()->flush();
    logger() = std::make_shared<spdlog::logger>(
        "reelshare", std::make_shared<spdlog::sinks::stderr_sink_mt>()
    );
    logger()->set_pattern("%v");
    spdlog::shutdown();
}

bool enabled(Level level) {
    return logger()->should_log(to_spdlog(level));
}

bool parse_level(std::string_view text, Level& level) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames[i] != text) continue;
        level = static_cast<Level>(i);
        return true;
    }
    return false;
}

void write(Level level, std::string_view event, Fields fields) {
    if (!enabled(level)) return;
    boost::json::object line;
    line["time"] = rfc3339(now_ms());
    line["level"] = kNames[static_cast<std::size_t>(level)];
    line["event"] = event;
    for (const Field& field : fields)
        std::visit([&](const auto& value) { line[field.name] = value; }, field.value);
    logger()->log(to_spdlog(level), "{}", boost::json::serialize(line));
}

}  // namespace reelshare::log
