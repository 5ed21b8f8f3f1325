#pragma once
// Bodies on their way into a bucket: whole objects, and objects in parts.

#include "objects/s3_client.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace reelshare::objects {

/// S3's parts have at least 5 MiB and there are at most 10,000 of them.
inline constexpr std::size_t kS3Part = 8u << 20;
inline constexpr std::size_t kS3MaxParts = 10'000;

/// What a player is told of an object by its name, where the bucket is served directly.
[[nodiscard]] std::string_view content_type_of(std::string_view key);

/// Puts an object in one request and compares the sum that comes back.
Task<Result<void>> put_object(
    std::shared_ptr<S3Client> client,
    std::string key,
    std::shared_ptr<const std::string> bytes,
    Sums sums
);

/// A multipart upload. It is aborted when nobody needs it any more, unless it was completed: parts
/// under way hold it.
class Multipart {
  public:
    static Task<Result<std::shared_ptr<Multipart>>> begin(
        std::shared_ptr<S3Client> client, std::string key
    );

    Multipart(std::shared_ptr<S3Client> client, std::string key, std::string id);
    ~Multipart();
    Multipart(const Multipart&) = delete;
    Multipart& operator=(const Multipart&) = delete;

    /// Sends a part, numbers from 1 on; its ETag.
    static Task<Result<std::string>> put(
        std::shared_ptr<Multipart> self,
        std::size_t number,
        std::shared_ptr<const std::string> bytes,
        Sums sums
    );
    /// Makes a part of another object of the bucket, without its bytes coming by here; its ETag.
    static Task<Result<std::string>> copy(
        std::shared_ptr<Multipart> self, std::size_t number, std::string from
    );

    /// Makes the object out of its parts, in order, and sees that it has `size` bytes.
    Task<Result<void>> complete(std::vector<std::string> etags, std::uint64_t size);

  private:
    Task<Result<void>> check_size(std::uint64_t size);

    const std::shared_ptr<S3Client> client_;
    const std::string key_;
    const std::string id_;
    std::atomic<bool> completed_{false};
};

}  // namespace reelshare::objects
