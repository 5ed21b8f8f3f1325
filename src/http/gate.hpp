#pragma once
// What Boost 1.81's Beast lets through although RFC 9112 calls it an error (52 cases measured):
// refused here, on the raw bytes of the header, before anything else believes them.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace reelshare::http {

struct GateLimits {
    std::size_t max_fields = 100;
};

/// How the message is framed, once the gate let it pass.
struct Framing {
    bool http_1_1 = true;
    bool chunked = false;
    bool keep_alive = true;
    bool close = false;  ///< Asked for in so many words.
    bool expects_continue = false;
    std::optional<std::uint64_t> content_length{};
};

struct Verdict {
    int status = 0;             ///< 0: pass; else 400, 417, 431, 501 or 505.
    std::string_view reason{};  ///< For the log and the client: a sentence, always a literal.
    Framing framing{};
};

/// `head`: from the request line to the empty line, inclusive.
[[nodiscard]] Verdict judge(std::string_view head, const GateLimits& limits);

}  // namespace reelshare::http
