#pragma once
// Uploads in several visits. What is true of them is in the database: how many bytes are durable,
// who may append (a lease with a fence), until when. The bytes are an unfinished object of the
// store. So any node goes on where another stopped, and an offset that was told survives whatever
// kills a node.

#include "base/clock.hpp"
#include "db/database.hpp"
#include "http/message.hpp"
#include "objects/store.hpp"
#include "uploads/tus_headers.hpp"
#include "uploads/uploads.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace reelshare::uploads {

struct ResumableOptions {
    std::chrono::milliseconds life = std::chrono::hours(24);  ///< From the last bytes on.
    /// A visit that gets no bytes for so long may be taken over.
    std::chrono::milliseconds lease{10'000};
    /// While bytes come, they are made durable and counted so often.
    std::chrono::milliseconds checkpoint{1'000};
    int max_open_per_user = 10;
    /// Of the bytes that a user's open uploads have announced together, in largest files.
    std::uint64_t max_open_files_bytes = 4;
};

/// How far an upload is.
struct UploadState {
    std::string id;
    std::uint64_t length = 0;
    std::uint64_t received = 0;
    std::string metadata{};  ///< As the client gave it.
    UnixMillis expires_at = 0;
    std::string video_id{};  ///< The post, once it is one.
};

/// The words of `conflict` here.
inline constexpr std::string_view kWrongOffset = "wrong_offset";
inline constexpr std::string_view kLocked = "locked";
inline constexpr std::string_view kChecksumMismatch = "checksum_mismatch";

/// Thread-safe. An upload belongs to its user: for others it is not there.
class Resumables {
  public:
    Resumables(
        ResumableOptions options, db::Database& database, objects::Store& store, Uploads& uploads
    );

    /// `metadata` is checked; `too_large`, `too_many`, `no_space` before a byte comes.
    Task<Result<UploadState>> create(
        std::string user_id, std::uint64_t length, std::string metadata
    );
    /// Never waits for who appends. `not_found`, `gone` (expired).
    Task<Result<UploadState>> find(std::string id, std::string user_id);
    /// A visit that is under way notices at its next checkpoint.
    Task<Result<void>> remove(std::string id, std::string user_id);
    /// Appends the body behind `offset`. When this returns a state, what it says is durable, and
    /// the last byte has made a post. `conflict` with one of the words above; `too_large`,
    /// `unsupported` (such an upload is removed). With a checksum all of the body counts or
    /// nothing; without, what came before a failure counts. `trace`: the traceparent that the job
    /// of the post goes on with.
    Task<Result<UploadState>> append(
        std::string id,
        std::string user_id,
        std::uint64_t offset,
        http::BodyReader& body,
        std::optional<Checksum> checksum,
        std::string trace
    );

    /// Nobody is appending: for a process that has the installation to itself, at its start.
    Task<Result<void>> release_all();

    /// Removes the bytes of what has expired, was removed or lost its user; how many objects.
    Task<Result<int>> clean_up();

    [[nodiscard]] const UploadOptions& limits() const { return uploads_.options(); }

  private:
    friend class Visit;

    const ResumableOptions options_;
    db::Database& database_;
    objects::Store& store_;
    Uploads& uploads_;
};

}  // namespace reelshare::uploads
