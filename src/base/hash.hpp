#pragma once
// SHA-256 over a stream of bytes, and what is signed with it (OpenSSL: uses the processor's own
// instructions).

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace reelshare {

class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(std::span<const char> bytes);

    /// Ends the stream: 64 lower-case hexadecimal digits.
    [[nodiscard]] std::string finish_hex();

  private:
    evp_md_ctx_st* context_;
};

/// A digest by its name, for checksums that others made.
class Digest {
  public:
    /// "sha1" or "sha256"; nothing for others.
    [[nodiscard]] static std::optional<Digest> named(std::string_view name);
    ~Digest();
    Digest(Digest&&) noexcept;
    Digest& operator=(Digest&&) noexcept;

    void update(std::span<const char> bytes);
    /// Ends the stream: the raw bytes.
    [[nodiscard]] std::string finish();

  private:
    explicit Digest(evp_md_ctx_st* context) : context_(context) {}
    evp_md_ctx_st* context_;
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// HMAC-SHA-256 (RFC 2104): 32 bytes.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view text);

/// Lower-case hexadecimal digits.
[[nodiscard]] std::string hex(std::string_view bytes);

/// Compares in a time that does not tell where they differ.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);

}  // namespace reelshare
