#pragma once
// Structured logging: one JSON object per line, through an asynchronous spdlog logger (console and
// a rotated file). A full queue drops the oldest line rather than hold up a request; what is
// dropped is counted.
//
//     log::info("upload_stored", {{"requestId", id}, {"bytes", size}});
//
// Never log a token, a password, an e-mail address or a whole header. What looks like one is
// replaced all the same (redact.hpp).

#include "base/log_file.hpp"

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace reelshare::log {

enum class Level : std::uint8_t { debug, info, warn, error, off };

struct Options {
    Level level = Level::info;
    /// Folder of the rotated file `reelshare.log`; empty: console only.
    std::filesystem::path folder{};
    FileLimits limits{};
    /// Lines to stderr (the console) as well as to the file.
    bool console = true;
};

struct Field {
    std::string_view name;
    std::variant<std::int64_t, double, bool, std::string> value;
    bool as_is = false;  ///< What looks like a secret is not replaced.

    Field(std::string_view n, std::string v) : name(n), value(std::move(v)) {}
    Field(std::string_view n, std::string_view v) : name(n), value(std::string(v)) {}
    Field(std::string_view n, const char* v) : name(n), value(std::string(v)) {}
    Field(std::string_view n, bool v) : name(n), value(v) {}
    Field(std::string_view n, double v) : name(n), value(v) {}
    /// For the one who installs the server and is to find a link in the log.
    [[nodiscard]] static Field unredacted(std::string_view n, std::string v) {
        Field field(n, std::move(v));
        field.as_is = true;
        return field;
    }
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Field(std::string_view n, T v) : name(n), value(static_cast<std::int64_t>(v)) {}
};

using Fields = std::initializer_list<Field>;

/// Once at start, before threads; until then lines go to stderr, unbuffered.
void start(const Options& options);
/// Writes what is queued and ends the logger's thread.
void stop();

/// At any time, from any thread.
void set_level(Level level);
/// The share of ordinary request lines that is written, 0 to 1. What failed or was slow always is.
void set_sample(double share);

/// Whether an ordinary request's line is to be written: drawn anew at each call.
[[nodiscard]] bool drawn();
[[nodiscard]] double sample();

/// Lines lost since the start: to a queue that was full, and to a file that could not be written.
struct Lost {
    std::uint64_t to_queue = 0;
    std::uint64_t to_file = 0;
};
[[nodiscard]] Lost lost();

[[nodiscard]] bool enabled(Level level);
[[nodiscard]] bool parse_level(std::string_view text, Level& level);

void write(Level level, std::string_view event, Fields fields);
inline void debug(std::string_view event, Fields fields = {}) {
    write(Level::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
    write(Level::info, event, fields);
}
inline void warn(std::string_view event, Fields fields = {}) {
    write(Level::warn, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
    write(Level::error, event, fields);
}

}  // namespace reelshare::log
