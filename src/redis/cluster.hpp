#pragma once
// What a client must know of a Redis Cluster: which slot a key lies in, and what a node says that
// does not have it.

#include "redis/address.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace reelshare::redis {

inline constexpr std::uint16_t kSlots = 16384;

/// CRC-16/XMODEM of the key, or of what stands between its first { and the next }.
[[nodiscard]] std::uint16_t slot_of(std::string_view key);

struct Redirect {
    bool once = false;  ///< ASK: this one command only. MOVED: from now on.
    std::uint16_t slot = 0;
    Endpoint to;  ///< An empty host: the one that answered.
};

/// Reads "MOVED 3999 10.0.0.1:6381" and "ASK …"; nothing where it is another error.
[[nodiscard]] std::optional<Redirect> redirect_of(std::string_view words);

}  // namespace reelshare::redis
