#pragma once
// UUIDv7 (RFC 9562 §5.7): sortable by time, so keyset pages need no second column. Ids are names,
// not secrets: whatever must be unguessable takes `random_token`.

#include <cstddef>
#include <string>
#include <string_view>

namespace reelshare {

/// A new UUIDv7 in its 36-character lower-case form. Ids of one process are strictly ascending,
/// also within a millisecond and when the clock is set back.
[[nodiscard]] std::string new_id();

/// A random UUID (version 4): an id that does not tell when it was made.
[[nodiscard]] std::string random_id();

/// Whether `text` is a UUID in the canonical lower-case form. Ids reach keys and paths only after
/// this.
[[nodiscard]] bool is_id(std::string_view text);

/// `bytes` of the system's CSPRNG, base64url without padding.
[[nodiscard]] std::string random_token(std::size_t bytes);

}  // namespace reelshare
