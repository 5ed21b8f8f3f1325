#pragma once
// From bytes that arrive to a stored source, a post and a job: constant memory, nothing
// acknowledged before it is durable, nothing left behind by what fails.

#include "base/hash.hpp"
#include "base/places.hpp"
#include "db/database.hpp"
#include "objects/store.hpp"
#include "uploads/header_judge.hpp"
#include "videos/videos.hpp"
#include "words/words.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace reelshare::uploads {

struct UploadOptions {
    std::uint64_t max_bytes = 512ull << 20;
    std::size_t max_per_user = 4;   ///< At once.
    std::uint64_t quota_bytes = 0;  ///< Of one person, of all their posts; 0: as many as they like.
    HeaderLimits header{};
    std::uint64_t reserve_bytes =
        256ull << 20;  ///< Kept free on the disk for the database and renditions.
};

/// By the first bytes of a file, kSniffBytes of them where it has so many: `unsupported`.
[[nodiscard]] Result<void> judge_type(std::string_view head);
[[nodiscard]] std::unexpected<Error> file_too_large(std::uint64_t max_bytes);

/// A file that is whole and durable in the store.
struct StoredSource {
    std::string key;
    std::uint64_t size = 0;
    std::string content_hash;
};

/// One file on its way into the store.
class Intake {
  public:
    Intake(
        std::unique_ptr<objects::Writer> writer,
        std::string key,
        const UploadOptions& options,
        std::uint64_t room
    )
        : writer_(std::move(writer)),
          key_(std::move(key)),
          max_bytes_(options.max_bytes),
          quota_(options.quota_bytes),
          room_(room),
          header_(options.header) {}

    /// Appends; judges the type as soon as the first bytes are there, and the clip as soon as its
    /// header is. `unsupported`, `too_large`, `no_space`.
    Task<Result<void>> write(std::span<const char> bytes);
    /// Makes the source durable. `unsupported` for what is too short to be anything.
    Task<Result<void>> commit();

    [[nodiscard]] const std::string& key() const { return key_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::string content_hash() { return hash_.finish_hex(); }

  private:
    std::unique_ptr<objects::Writer> writer_;
    std::string key_;
    std::uint64_t max_bytes_;
    std::uint64_t quota_;
    std::uint64_t room_;
    std::uint64_t size_ = 0;
    Sha256 hash_;
    std::string head_;
    HeaderJudge header_;
};

class Uploads {
  public:
    Uploads(
        UploadOptions options,
        db::Database& database,
        objects::Store& store,
        words::Words& words,
        std::function<void()> new_job
    );

    /// One of the user's places; given back when it is destroyed. `too_many` where all are taken.
    Result<std::unique_ptr<Places::Place>> take_place(const std::string& user_id) {
        return places_.take(user_id);
    }

    /// Whether there is room for `declared` bytes (0 where unknown) and the store takes them now:
    /// `no_space`, `unavailable`. To be asked before a body is read.
    Task<Result<void>> admit(std::uint64_t declared);
    /// How many bytes the user may still bring; kAnyRoom where there is no quota. `too_large` where
    /// these are fewer than `least`. To be asked before a body is read.
    Task<Result<std::uint64_t>> room_of(std::string user_id, std::uint64_t least);
    static constexpr std::uint64_t kAnyRoom = ~std::uint64_t{0};
    /// `declared`: bytes that are announced; 0 where unknown. The errors of `admit`. What is longer
    /// than `room` is refused as it comes.
    Task<Result<std::unique_ptr<Intake>>> begin(
        std::uint64_t declared, std::uint64_t room = kAnyRoom
    );

    /// Whether what is said of a post may be said here: the error of `words::Words::check`.
    Task<Result<void>> judge_words(const videos::NewVideo& video);

    /// What belongs into the same transaction: the id of the post is told.
    using Besides = std::function<Task<Result<void>>(db::Transaction&, std::string video_id)>;

    /// Source, post and job become one fact: the id of the post. On failure the source is removed;
    /// `too_large` where others have used up the quota meanwhile.
    Task<Result<std::string>> finish(Intake& intake, videos::NewVideo video, Besides besides = {});
    /// The end of every upload: post and job of a source become one fact. A post that brings no id
    /// is given one.
    Task<Result<std::string>> record(
        StoredSource source, videos::NewVideo video, Besides besides = {}
    );

    [[nodiscard]] const UploadOptions& options() const { return options_; }

  private:
    const UploadOptions options_;
    db::Database& database_;
    objects::Store& store_;
    words::Words& words_;
    std::function<void()> new_job_;
    Places places_;
};

}  // namespace reelshare::uploads
