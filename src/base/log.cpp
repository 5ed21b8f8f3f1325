#include "base/log.hpp"

#include "base/clock.hpp"
#include "base/redact.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <vector>

namespace reelshare::log {

namespace {

/// spdlog touches room for all of them at start (390 bytes each): 2048 cost a tenth of it.
constexpr std::size_t kQueueLines = 1024;
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

/// What makes spdlog write to our file.
class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    FileSink(std::filesystem::path file, FileLimits limits)
        : file_(std::move(file), limits, [] { return std::chrono::system_clock::now(); }) {}
    [[nodiscard]] std::uint64_t lost() const { return file_.lost(); }

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        file_.append({message.payload.data(), message.payload.size()});
    }
    void flush_() override { file_.flush(); }

  private:
    LogFile file_;
};

/// The logger is the process's, like its standard error.
struct State {
    std::shared_ptr<FileSink> file;
    std::atomic<double> sample{1};
};

State& state() {
    static State instance;
    return instance;
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
        state().file = std::make_shared<FileSink>(options.folder / "reelshare.log", options.limits);
        sinks.push_back(state().file);
    }
    spdlog::init_thread_pool(kQueueLines, 1);
    auto made = std::make_shared<spdlog::async_logger>(
        "reelshare", sinks.begin(), sinks.end(), spdlog::thread_pool(),
        spdlog::async_overflow_policy::overrun_oldest
    );
    made->set_pattern("%v");
    made->set_level(to_spdlog(options.level));
    made->flush_on(spdlog::level::err);
    spdlog::register_logger(made);  // Only what is registered is flushed now and then.
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
    state().file.reset();
}

void set_level(Level level) {
    logger()->set_level(to_spdlog(level));
}

void set_sample(double share) {
    state().sample = share;
}

double sample() {
    return state().sample;
}

bool drawn() {
    const double share = sample();
    if (share >= 1) return true;
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_real_distribution<double>(0, 1)(random) < share;
}

Lost lost() {
    const auto pool = spdlog::thread_pool();
    const auto file = state().file;
    return {.to_queue = pool ? pool->overrun_counter() : 0, .to_file = file ? file->lost() : 0};
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
    for (const Field& field : fields) {
        if (const auto* text = std::get_if<std::string>(&field.value))
            line[field.name] = field.as_is ? *text : redact(*text);
        else
            std::visit([&](const auto& value) { line[field.name] = value; }, field.value);
    }
    logger()->log(to_spdlog(level), "{}", boost::json::serialize(line));
}

}  // namespace reelshare::log
