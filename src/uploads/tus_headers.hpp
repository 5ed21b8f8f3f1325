#pragma once
// What the headers of tus 1.0 say, without I/O.

#include "base/error.hpp"
#include "http/message.hpp"
#include "videos/videos.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reelshare::uploads {

inline constexpr std::string_view kTusVersion = "1.0.0";
inline constexpr std::string_view kTusExtensions =
    "creation,creation-with-upload,expiration,checksum,termination";
inline constexpr std::string_view kTusChecksums = "sha1,sha256";
inline constexpr std::string_view kTusContentType = "application/offset+octet-stream";

/// Digits only, up to 15 of them.
[[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view text);

/// What the post shall be, out of Upload-Metadata: the fields of a multipart upload's `data`.
/// `tags` is a JSON list or separated by commas; what clients tell of the file is ignored. The file
/// is judged by its content.
[[nodiscard]] Result<videos::NewVideo> read_metadata(std::string_view header);

struct Checksum {
    std::string algorithm;
    std::string digest;  ///< Raw bytes.
};
/// Of Upload-Checksum. `invalid` where it is malformed or of a kind we do not have.
[[nodiscard]] Result<Checksum> read_checksum(std::string_view header);

}  // namespace reelshare::uploads
