#pragma once
// Clips that must not come back: known by the hash of their bytes, or by how they look second by
// second, so that encoding them again does not help.

#include "base/task.hpp"
#include "db/database.hpp"
#include "media/report.hpp"

#include <span>
#include <string>
#include <vector>

namespace reelshare::processing {

struct Ban {
    std::string id;
    std::string content_hash;  ///< SHA-256 in hexadecimal; may be empty.
    std::vector<std::uint64_t> looks;
    std::string note;
    std::int64_t created_at = 0;
};

class Bans {
  public:
    explicit Bans(db::Database& database) : database_(database) {}

    /// The file with this SHA-256. The id of the ban.
    Task<Result<std::string>> add_hash(std::string content_hash, std::string note);
    /// The bytes and the look of a post. `not_found` where there is no such post.
    Task<Result<std::string>> add_video(std::string video_id, std::string note);
    /// `not_found` where there is no such ban.
    Task<Result<void>> remove(std::string id);
    Task<Result<std::vector<Ban>>> list();

    Task<Result<bool>> has_content(std::string content_hash);
    /// Whether enough seconds look like those of one banned clip.
    Task<Result<bool>> has_look(std::vector<media::PictureHash> hashes);

  private:
    Task<Result<std::string>> insert(std::string content_hash, std::string looks, std::string note);

    db::Database& database_;
};

/// Whether a clip is the banned one: half of the seconds of the shorter of the two look like one of
/// the other.
[[nodiscard]] bool looks_like(
    std::span<const media::PictureHash> clip, std::span<const std::uint64_t> banned
);

}  // namespace reelshare::processing
