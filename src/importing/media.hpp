#pragma once
// The files of a ReelServer's clips: over HTTP, from its bucket, or from a folder.

#include "base/blocking_executor.hpp"
#include "base/task.hpp"
#include "objects/file_descriptor.hpp"
#include "objects/s3.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace reelshare::importing {

struct MediaOptions {
    // One of these; none: each row's own address.
    std::string origin{};  ///< An http(s) address in place of the one of the rows.
    std::optional<objects::S3Options> bucket{};
    std::filesystem::path folder{};

    /// Whether the rows' own addresses may be of inner networks. What is named above may always.
    bool allow_private = false;
    std::uint64_t max_bytes = 0;      ///< Of one file.
    std::filesystem::path scratch{};  ///< A folder for what is being fetched.
};

/// A local file, which is gone when it is closed where it was fetched.
struct MediaFile {
    objects::FileDescriptor file;
    std::uint64_t size = 0;
};

class Media {
  public:
    Media(MediaOptions options, BlockingExecutor& executor)
        : options_(std::move(options)), executor_(executor) {}

    /// The file of which a row says `video_url`. The errors of `outbound::download`, and
    /// `not_found` where nothing of the kind is there.
    Task<Result<MediaFile>> fetch(std::string video_url);

  private:
    [[nodiscard]] Result<MediaFile> open_in_folder(const std::string& video_url) const;
    [[nodiscard]] Result<MediaFile> download(const std::string& video_url) const;

    const MediaOptions options_;
    BlockingExecutor& executor_;
};

/// "http://…", "s3://bucket[/prefix]" or a folder that is there, into `options`. `bucket_options`:
/// how the settings reach buckets. `invalid`: it is none of them.
[[nodiscard]] Result<void> set_place(
    MediaOptions& options, const std::string& place, const objects::S3Options& bucket_options
);

}  // namespace reelshare::importing
