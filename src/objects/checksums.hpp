#pragma once
// What an S3 service is told of a body before it takes it, and what it says it got.

#include "base/hash.hpp"

#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace reelshare::objects {

/// The two sums of one body.
struct Sums {
    std::string sha256;      ///< Hexadecimal, for x-amz-content-sha256.
    std::string md5;         ///< Hexadecimal, as in an ETag.
    std::string md5_base64;  ///< For Content-MD5.
};

/// Sums over a stream of bytes.
class Checksums {
  public:
    Checksums();
    ~Checksums();
    Checksums(const Checksums&) = delete;
    Checksums& operator=(const Checksums&) = delete;

    void update(std::span<const char> bytes);
    /// Ends the stream; the next update begins a new one.
    [[nodiscard]] Sums finish();

  private:
    Sha256 sha256_;
    evp_md_ctx_st* md5_;
};

[[nodiscard]] Sums sums_of(std::string_view bytes);

/// Whether an ETag contradicts what was sent. Services that encrypt with keys of their own have
/// ETags that are no MD5: those contradict nothing.
[[nodiscard]] bool contradicts(std::string_view etag, const Sums& sums);

}  // namespace reelshare::objects
