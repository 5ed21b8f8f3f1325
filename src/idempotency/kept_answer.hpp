#pragma once
// An answer in the form in which it is kept.

#include "http/message.hpp"
#include "idempotency/keys.hpp"

#include <optional>

namespace reelshare::idempotency {

/// Bytes of a body that is kept; POSTs answer with far less.
inline constexpr std::size_t kMaxKept = 64 * 1024;

/// Nothing where the same request might be answered otherwise in a moment (5xx, 401, 408, 429),
/// where the answer holds a secret (a cookie), or where it is a stream or too long.
[[nodiscard]] std::optional<Kept> kept_of(const http::Response& response);

/// The same answer again, marked with Idempotency-Replayed.
[[nodiscard]] http::Response answer_of(const Kept& kept);

}  // namespace reelshare::idempotency
