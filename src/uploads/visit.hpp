#pragma once
// One request that appends to a resumable upload, from its lease to its last checkpoint.

#include "base/hash.hpp"
#include "uploads/header_judge.hpp"
#include "uploads/resumable.hpp"

#include <memory>
#include <optional>

namespace reelshare::uploads {

class Visit {
  public:
    using Clock = std::chrono::steady_clock;

    /// `trace`: the traceparent that the job of the post goes on with.
    Visit(Resumables& parts, std::string trace) : parts_(parts), trace_(std::move(trace)) {}

    /// Takes the lease: `conflict` (locked or wrong offset), `not_found`, `gone`. A finished upload
    /// is left as it is, see `finished`.
    Task<Result<void>> begin(std::string id, std::string user_id, std::uint64_t offset);
    [[nodiscard]] bool finished() const { return !state_.video_id.empty(); }

    /// Reads the body to its end. In any case the lease is given back, with what counts.
    Task<Result<void>> take(http::BodyReader& body, const std::optional<Checksum>& checksum);

    [[nodiscard]] const UploadState& state() const { return state_; }

  private:
    Task<Result<void>> read(http::BodyReader& body, const std::optional<Checksum>& checksum);
    Task<Result<void>> take_piece(std::span<const char> bytes, bool all_or_nothing);
    /// By its first bytes, and by what its header says where all of it comes in this visit.
    Result<void> judge(std::span<const char> bytes);
    /// Makes what was appended durable and tells the database, which prolongs the lease or ends it.
    Task<Result<void>> checkpoint(bool last);
    Task<Result<void>> update(objects::Mark mark, bool last);
    Task<Result<void>> finish();
    Task<Result<std::string>> hash_source(std::string key);
    [[nodiscard]] std::string key() const { return "sources/" + state_.id; }
    /// Of the source that this visit publishes: another that was only slow has its own.
    [[nodiscard]] std::string source_key() const { return key() + '.' + std::to_string(fence_); }

    Resumables& parts_;
    const std::string trace_;
    UploadState state_;
    std::string user_id_;
    std::int64_t fence_ = 0;
    std::string head_;            ///< The first bytes, until there are enough to judge them.
    std::uint64_t end_ = 0;       ///< Behind the last byte appended.
    objects::Mark mark_;          ///< Of what the database knows to be durable.
    std::optional<Sha256> hash_;  ///< Of all bytes, where all come in this visit.
    Clock::time_point told_{};    ///< When the database heard of us last.
    std::unique_ptr<objects::Appender> appender_;
    std::optional<HeaderJudge> header_;  ///< As with `hash_`.
    bool refused_ = false;               ///< The file itself cannot become a clip.
    bool lost_ = false;                  ///< The lease is another's, or the upload is gone.
};

}  // namespace reelshare::uploads
