#pragma once
// One file from another server. Blocks: for a thread of its own.

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace reelshare::outbound {

struct Download {
    std::string url;              ///< http or https.
    int into = -1;                ///< A descriptor of an empty file.
    std::uint64_t max_bytes = 0;  ///< `too_large` beyond.
    bool allow_private = false;   ///< As in `HttpPost`.
    std::chrono::milliseconds connect_timeout{10'000};
    /// A server that sends less than 1 KiB a second for so long is given up.
    std::chrono::seconds stall{30};
    std::chrono::seconds timeout{3'600};
};

/// The number of bytes that were written. `forbidden`: the address is not public; `not_found`: the
/// server says that it is not there, or not for us; `too_large`; `no_space`: it cannot be written;
/// `unavailable` with the reason in `detail`: no whole answer. Redirects are not followed.
[[nodiscard]] Result<std::uint64_t> download(const Download& request);

}  // namespace reelshare::outbound
