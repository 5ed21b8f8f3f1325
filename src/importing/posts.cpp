#include "importing/posts.hpp"

#include "importing/resolve.hpp"
#include "importing/texts.hpp"
#include "videos/ranking.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace reelshare::importing {

namespace {

constexpr std::size_t kMaxTitle = 150;
constexpr std::size_t kMaxDescription = 5000;
constexpr std::size_t kPiece = 256 * 1024;

enum : std::size_t { kId, kUploader, kUrl, kTitle, kDescription, kViews, kCreated, kUpdated };

/// Whose clip it is here; "" where it is not to be brought, for `outcome` says why.
Task<Result<std::string>> uploader_of(
    db::Database& database, const db::Row& row, Outcome& outcome
) {
    struct Found {
        Names posts;
        Names people;
    };
    const auto found =
        co_await database.transaction<Found>([&](db::Transaction& tx) -> Task<Result<Found>> {
            auto posts = co_await find_names(tx, Kind::videos, {row.text(kId)});
            if (!posts) co_return std::unexpected(posts.error());
            auto people = co_await find_names(tx, Kind::users, {row.text(kUploader)});
            if (!people) co_return std::unexpected(people.error());
            co_return Found{.posts = std::move(*posts), .people = std::move(*people)};
        });
    if (!found) co_return std::unexpected(found.error());
    if (!found->posts.empty()) {
        ++outcome.known;
        co_return std::string();
    }
    const auto* uploader =
        resolve(found->people, row.text(kUploader), "Whose it is", row.text(kId), outcome);
    co_return uploader ? *uploader : std::string();
}

/// Up to the end of `into`; fewer at the end of the file.
Result<std::size_t> read_piece(int file, std::uint64_t offset, std::span<char> into) {
    for (;;) {
        const ssize_t count = ::pread(file, into.data(), into.size(), static_cast<off_t>(offset));
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EINTR) return fail(Errc::invalid, "Its file cannot be read.");
    }
}

Task<Result<void>> copy_into(
    BlockingExecutor& executor, const MediaFile& media, uploads::Intake& intake
) {
    std::vector<char> piece(kPiece);
    for (std::uint64_t offset = 0;;) {
        auto work = [&] { return read_piece(media.file.get(), offset, piece); };
        auto count = co_await executor.run(work);
        if (!count) co_return std::unexpected(count.error());
        if (*count == 0) co_return Result<void>();
        auto written = co_await intake.write(std::span<const char>(piece).first(*count));
        if (!written) co_return written;
        offset += *count;
    }
}

videos::NewVideo post_of(const db::Row& row, std::string uploader_id, Outcome& outcome) {
    videos::NewVideo video{
        .id = id_of_time(row.integer(kCreated)),
        .uploader_id = std::move(uploader_id),
        .asset_id = {},
        .title = fitted(row.text(kTitle), kMaxTitle, outcome.cut),
        .description = fitted(row.text(kDescription), kMaxDescription, outcome.cut),
        .tags = {},
        .thumbnail_at = {}
    };
    if (video.title.empty()) video.title = "Untitled";
    return video;
}

/// What the row says of the past, and its name.
Task<Result<void>> date(db::Transaction& tx, std::string video_id, const db::Row& row) {
    const UnixMillis created = sane_time(row.integer(kCreated));
    auto dated = co_await tx.query(
        "UPDATE videos SET created_at = $2, updated_at = $3, view_count = $4, trend = $5 "
        "WHERE id = $1",
        {video_id, created, sane_time(row.integer(kUpdated)),
         std::max<std::int64_t>(0, row.integer(kViews)), videos::ranking::first_trend(created)}
    );
    if (!dated) co_return std::unexpected(dated.error());
    auto kept =
        co_await keep_names(tx, Kind::videos, NewNames{{row.text(kId), std::move(video_id)}});
    co_return kept;
}

/// Whether it is the file's fault, and not of what we stand on.
bool is_of_the_file(const Error& error) {
    return error.code == Errc::invalid || error.code == Errc::unsupported ||
           error.code == Errc::too_large;
}

Task<Result<void>> store(
    const PostParts& parts, const MediaFile& media, videos::NewVideo video, const db::Row& row
) {
    auto intake = co_await parts.uploads.begin(media.size);
    if (!intake) co_return std::unexpected(intake.error());
    auto copied = co_await copy_into(parts.executor, media, **intake);
    if (!copied) co_return copied;
    auto finished = co_await parts.uploads.finish(
        **intake, std::move(video),
        [&row](db::Transaction& tx, std::string video_id) {
            return date(tx, std::move(video_id), row);
        }
    );
    if (!finished) co_return std::unexpected(finished.error());
    co_return Result<void>();
}

std::string reason_of(const Error& error) {
    if (error.code == Errc::forbidden)
        return "Its address is not public; --allow-private fetches from inner networks too.";
    if (error.code == Errc::unavailable && !error.detail.empty())
        return "Its file cannot be fetched: " + error.detail + ".";
    return error.fields.empty() ? error.message : error.fields.front().message;
}

}  // namespace

Task<Result<Outcome>> bring_video(const PostParts& parts, const db::Row& row) {
    Outcome outcome;
    auto uploader = co_await uploader_of(parts.database, row, outcome);
    if (!uploader) co_return std::unexpected(uploader.error());
    if (uploader->empty()) co_return outcome;
    auto media = co_await parts.media.fetch(row.text(kUrl));
    if (!media && media.error().code == Errc::no_space) co_return std::unexpected(media.error());
    if (!media) {
        outcome.leave_out(row.text(kId), reason_of(media.error()));
        co_return outcome;
    }
    auto video = post_of(row, std::move(*uploader), outcome);
    const auto stored = co_await store(parts, *media, std::move(video), row);
    if (stored) {
        ++outcome.brought;
        co_return outcome;
    }
    if (!is_of_the_file(stored.error())) co_return std::unexpected(stored.error());
    outcome.cut = 0;
    outcome.leave_out(row.text(kId), reason_of(stored.error()));
    co_return outcome;
}

}  // namespace reelshare::importing
