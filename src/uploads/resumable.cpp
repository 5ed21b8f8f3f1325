#include "uploads/resumable.hpp"

#include "base/id.hpp"
#include "base/log.hpp"
#include "uploads/quota.hpp"
#include "uploads/visit.hpp"

#include <set>
#include <utility>

namespace reelshare::uploads {

namespace {

constexpr std::int64_t kRememberMs = 7LL * 86'400'000;  ///< That an upload has expired.

std::unexpected<Error> not_found() {
    return fail(Errc::not_found, "There is no such upload.");
}

std::string key_of(const std::string& id) {
    return "sources/" + id;
}

}  // namespace

Resumables::Resumables(
    ResumableOptions options, db::Database& database, objects::Store& store, Uploads& uploads
)
    : options_(options), database_(database), store_(store), uploads_(uploads) {}

Task<Result<UploadState>> Resumables::create(
    std::string user_id, std::uint64_t length, std::string metadata
) {
    if (length == 0) co_return fail_field("Upload-Length", "The file is empty.");
    if (length > limits().max_bytes) co_return file_too_large(limits().max_bytes);
    const auto video = read_metadata(metadata);
    if (!video) co_return std::unexpected(video.error());
    auto allowed = co_await uploads_.judge_words(*video);
    if (!allowed) co_return std::unexpected(allowed.error());
    auto space = co_await uploads_.admit(length);
    if (!space) co_return std::unexpected(space.error());
    UploadState state{.id = new_id(), .length = length, .metadata = std::move(metadata)};
    const auto most = static_cast<std::int64_t>(limits().max_bytes * options_.max_open_files_bytes);
    auto made = co_await database_.transaction<UnixMillis>(
        [&](db::Transaction& tx) -> Task<Result<UnixMillis>> {
            // Locks the user's row: two creations at once count each other.
            auto user = co_await tx.query("UPDATE users SET name = name WHERE id = $1", {user_id});
            if (!user) co_return std::unexpected(user.error());
            auto open = co_await tx.query(
                "SELECT COUNT(*), CAST(COALESCE(SUM(length), 0) AS BIGINT) FROM uploads "
                "WHERE user_id = $1 AND video_id IS NULL AND expires_at > now_ms()",
                {user_id}
            );
            if (!open) co_return std::unexpected(open.error());
            const db::Row& sums = open->front();
            if (sums.integer(0) >= options_.max_open_per_user ||
                sums.integer(1) + static_cast<std::int64_t>(length) > most)
                co_return std::unexpected(Error{
                    .code = Errc::too_many,
                    .message = "You have too many unfinished uploads. Finish or cancel one.",
                    .retry_after_s = 60
                });
            if (limits().quota_bytes > 0) {
                auto within = co_await check_quota(tx, user_id, limits().quota_bytes, length);
                if (!within) co_return std::unexpected(within.error());
            }
            auto row = co_await tx.query(
                "INSERT INTO uploads (id, user_id, length, metadata, created_at, expires_at) "
                "VALUES ($1, $2, $3, $4, $5, now_ms() + $6) RETURNING expires_at",
                {state.id, user_id, static_cast<std::int64_t>(length), state.metadata, now_ms(),
                 std::int64_t{options_.life.count()}}
            );
            if (!row) co_return std::unexpected(row.error());
            co_return row->front().integer(0);
        }
    );
    if (!made) co_return std::unexpected(made.error());
    state.expires_at = *made;
    co_return state;
}

Task<Result<UploadState>> Resumables::find(std::string id, std::string user_id) {
    if (!is_id(id)) co_return not_found();
    auto rows = co_await database_.query(
        "SELECT length, received, metadata, expires_at, video_id, "
        "CASE WHEN expires_at <= now_ms() AND video_id IS NULL THEN 1 ELSE 0 END "
        "FROM uploads WHERE id = $1 AND user_id = $2",
        {id, std::move(user_id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return not_found();
    const db::Row& row = rows->front();
    if (row.flag(5)) co_return fail(Errc::gone, "This upload has expired. Begin again.");
    co_return UploadState{
        .id = std::move(id),
        .length = static_cast<std::uint64_t>(row.integer(0)),
        .received = static_cast<std::uint64_t>(row.integer(1)),
        .metadata = row.text(2),
        .expires_at = row.integer(3),
        .video_id = row.text(4)
    };
}

Task<Result<void>> Resumables::remove(std::string id, std::string user_id) {
    auto state = co_await find(id, user_id);
    if (!state) co_return std::unexpected(state.error());
    auto removed = co_await database_.execute(
        "DELETE FROM uploads WHERE id = $1 AND user_id = $2", {id, std::move(user_id)}
    );
    if (!removed) co_return std::unexpected(removed.error());
    if (removed->affected == 0) co_return not_found();
    auto discarded = co_await store_.discard(key_of(id));
    // The clean-up finds it later.
    if (!discarded)
        log::warn("upload_not_discarded", {{"upload", id}, {"error", discarded.error().detail}});
    co_return Result<void>();
}

Task<Result<UploadState>> Resumables::append(
    std::string id,
    std::string user_id,
    std::uint64_t offset,
    http::BodyReader& body,
    std::optional<Checksum> checksum,
    std::string trace
) {
    Visit visit(*this, std::move(trace));
    auto begun = co_await visit.begin(std::move(id), std::move(user_id), offset);
    if (!begun) co_return std::unexpected(begun.error());
    if (visit.finished()) co_return visit.state();
    auto taken = co_await visit.take(body, checksum);
    if (!taken) co_return std::unexpected(taken.error());
    co_return visit.state();
}

Task<Result<void>> Resumables::release_all() {
    auto released =
        co_await database_.execute("UPDATE uploads SET lease_until = 0 WHERE lease_until > 0");
    if (!released) co_return std::unexpected(released.error());
    co_return Result<void>();
}

Task<Result<int>> Resumables::clean_up() {
    // The objects first: a row is made before its object.
    auto keys = co_await store_.unfinished();
    if (!keys) co_return std::unexpected(keys.error());
    auto forgotten = co_await database_.execute(
        "DELETE FROM uploads WHERE expires_at < now_ms() - $1", {kRememberMs}
    );
    if (!forgotten) co_return std::unexpected(forgotten.error());
    if (keys->empty()) co_return 0;
    auto rows = co_await database_.query(
        "SELECT id FROM uploads WHERE video_id IS NULL AND expires_at > now_ms()"
    );
    if (!rows) co_return std::unexpected(rows.error());
    std::set<std::string> wanted;
    for (const db::Row& row : *rows) wanted.insert(key_of(row.text(0)));
    int discarded = 0;
    for (const std::string& key : *keys) {
        if (wanted.contains(key)) continue;
        auto gone = co_await store_.discard(key);
        if (!gone) co_return std::unexpected(gone.error());
        ++discarded;
    }
    if (discarded > 0) log::info("uploads_expired", {{"objects", discarded}});
    co_return discarded;
}

}  // namespace reelshare::uploads
