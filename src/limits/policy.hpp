#pragma once
// How much of what a client may do: "1200/60" is 1,200 requests in 60 seconds, spent at any pace.

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace reelshare::limits {

struct Policy {
    std::uint32_t limit = 0;  ///< 0: no limit.
    std::chrono::seconds window{60};

    [[nodiscard]] bool limits() const { return limit > 0; }
    bool operator==(const Policy&) const = default;
};

/// What a route is counted as. `login` and `signup` are counted by address and exactly, however
/// many nodes there are; the others by user where there is one.
enum class RouteClass : std::uint8_t { read, write, upload, login, signup };

struct Policies {
    Policy read{1200, std::chrono::seconds(60)};
    Policy write{120, std::chrono::seconds(60)};
    Policy upload{60, std::chrono::seconds(3600)};
    Policy login{30, std::chrono::seconds(60)};
    Policy signup{20, std::chrono::seconds(3600)};

    [[nodiscard]] const Policy& of(RouteClass kind) const;
};

/// "1200/60" or "off"; `invalid` with a sentence that names `setting`.
[[nodiscard]] Result<Policy> parse_policy(std::string_view setting, std::string_view text);

[[nodiscard]] std::string_view name_of(RouteClass kind);

}  // namespace reelshare::limits
