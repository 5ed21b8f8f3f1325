#include "uploads/uploads.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "processing/queue.hpp"
#include "uploads/quota.hpp"
#include "uploads/sniff.hpp"
#include "videos/fields.hpp"

#include <limits>
#include <utility>

namespace reelshare::uploads {

std::unexpected<Error> file_too_large(std::uint64_t max_bytes) {
    const std::string message =
        "The file is larger than the limit of " + std::to_string(max_bytes >> 20) + " MiB.";
    return std::unexpected(
        Error{.code = Errc::too_large, .message = message, .fields = {{"reelVideo", message}}}
    );
}

Result<void> judge_type(std::string_view head) {
    if (sniff(head) != FileType::unknown) return {};
    const std::string message = "This file is not a video. Upload an MP4, MOV, WebM or MKV file.";
    return std::unexpected(
        Error{.code = Errc::unsupported, .message = message, .fields = {{"reelVideo", message}}}
    );
}

Task<Result<void>> Intake::write(std::span<const char> bytes) {
    if (head_.size() < kSniffBytes) {
        head_.append(bytes.data(), std::min(bytes.size(), kSniffBytes - head_.size()));
        if (head_.size() == kSniffBytes) {
            const auto good = judge_type(head_);
            if (!good) co_return good;
        }
    }
    size_ += bytes.size();
    if (size_ > max_bytes_) co_return file_too_large(max_bytes_);
    if (size_ > room_) co_return over_quota(quota_);
    const auto fits = header_.take(bytes);
    if (!fits) co_return fits;
    hash_.update(bytes);
    auto written = co_await writer_->write(bytes);
    co_return written;
}

Task<Result<void>> Intake::commit() {
    if (size_ == 0) co_return fail_field("reelVideo", "The file is empty.");
    const auto good = judge_type(head_);
    if (!good) co_return good;
    auto committed = co_await writer_->commit();
    co_return committed;
}

Uploads::Uploads(
    UploadOptions options,
    db::Database& database,
    objects::Store& store,
    words::Words& words,
    std::function<void()> new_job
)
    : options_(options),
      database_(database),
      store_(store),
      words_(words),
      new_job_(std::move(new_job)),
      places_(
          {.most = std::numeric_limits<std::size_t>::max(), .most_per_client = options.max_per_user
          },
          {.full = {},
           .client_full =
               {.code = Errc::too_many,
                .message = "You are uploading several clips already. Wait until one is done.",
                .retry_after_s = 10}}
      ) {}

Task<Result<void>> Uploads::admit(std::uint64_t declared) {
    auto free_bytes = co_await store_.free_bytes();
    if (!free_bytes) co_return std::unexpected(free_bytes.error());
    if (*free_bytes < declared + options_.reserve_bytes)
        co_return fail(Errc::no_space, "The server's storage is full.");
    co_return Result<void>();
}

Task<Result<void>> Uploads::judge_words(const videos::NewVideo& video) {
    auto allowed = co_await words_.check(videos::wordings_of(video));
    co_return allowed;
}

Task<Result<std::uint64_t>> Uploads::room_of(std::string user_id, std::uint64_t least) {
    if (options_.quota_bytes == 0) co_return kAnyRoom;
    auto left = co_await quota_left(database_, std::move(user_id), options_.quota_bytes);
    if (!left) co_return left;
    if (*left < least) co_return over_quota(options_.quota_bytes);
    co_return left;
}

Task<Result<std::unique_ptr<Intake>>> Uploads::begin(std::uint64_t declared, std::uint64_t room) {
    auto admitted = co_await admit(declared);
    if (!admitted) co_return std::unexpected(admitted.error());
    std::string key = "sources/" + new_id();
    auto writer = co_await store_.create(key);
    if (!writer) co_return std::unexpected(writer.error());
    co_return std::make_unique<Intake>(std::move(*writer), std::move(key), options_, room);
}

Task<Result<std::string>> Uploads::finish(Intake& intake, videos::NewVideo video, Besides besides) {
    auto committed = co_await intake.commit();
    if (!committed) co_return std::unexpected(committed.error());
    StoredSource source{
        .key = intake.key(), .size = intake.size(), .content_hash = intake.content_hash()
    };
    if (options_.quota_bytes > 0)
        besides = [quota = options_.quota_bytes, user_id = video.uploader_id,
                   rest = std::move(besides
                   )](db::Transaction& tx, std::string video_id) -> Task<Result<void>> {
            auto within = co_await check_quota(tx, user_id, quota);
            if (!within || !rest) co_return within;
            auto done = co_await rest(tx, std::move(video_id));
            co_return done;
        };
    auto id = co_await record(source, std::move(video), std::move(besides));
    if (id) co_return id;
    auto removed = co_await store_.remove(source.key);
    if (!removed) log::warn("orphan_left", {{"key", source.key}});
    co_return id;
}

Task<Result<std::string>> Uploads::record(
    StoredSource source, videos::NewVideo video, Besides besides
) {
    if (video.id.empty()) video.id = new_id();
    video.asset_id = random_id();  // Its time would tell when these bytes came first.
    auto stored =
        co_await database_.transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
            auto asset = co_await tx.query(
                "INSERT INTO assets (id, content_hash, state, source_key, source_size, created_at, "
                "updated_at) "
                "VALUES ($1, $2, 'pending', $3, $4, $5, $5)",
                {video.asset_id, source.content_hash, source.key,
                 static_cast<std::int64_t>(source.size), now_ms()}
            );
            if (!asset) co_return std::unexpected(asset.error());
            auto post = co_await videos::insert_video(tx, video);
            if (!post) co_return std::unexpected(post.error());
            auto job = co_await processing::enqueue(
                tx, video.asset_id, 0,
                {.uploader_id = video.uploader_id, .bytes = source.size, .trace = video.trace}
            );
            if (!job) co_return std::unexpected(job.error());
            if (!besides) co_return true;
            auto done = co_await besides(tx, video.id);
            if (!done) co_return std::unexpected(done.error());
            co_return true;
        });
    if (!stored) co_return std::unexpected(stored.error());
    new_job_();
    log::info(
        "upload_stored", {{"video", video.id}, {"asset", video.asset_id}, {"bytes", source.size}}
    );
    co_return video.id;
}

}  // namespace reelshare::uploads
