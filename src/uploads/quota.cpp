#include "uploads/quota.hpp"

#include <fmt/format.h>

namespace reelshare::uploads {

namespace {

constexpr const char* kUsedSql =
    "SELECT CAST(COALESCE((SELECT SUM(a.source_size) FROM videos v JOIN assets a ON a.id = "
    "v.asset_id WHERE v.uploader_id = $1), 0) + COALESCE((SELECT SUM(length) FROM uploads WHERE "
    "user_id = $1 AND video_id IS NULL AND expires_at > now_ms()), 0) AS BIGINT)";

}  // namespace

std::unexpected<Error> over_quota(std::uint64_t quota) {
    const std::string message = fmt::format(
        "This is more than the {:.4g} GB that one account may have here. Delete some clips first.",
        static_cast<double>(quota) / (1u << 30)
    );
    return std::unexpected(Error{
        .code = Errc::too_large,
        .message = message,
        .fields = {{"reelVideo", message}},
        .word = std::string(kQuotaExceeded)
    });
}

Task<Result<std::uint64_t>> quota_left(
    db::Database& database, std::string user_id, std::uint64_t quota
) {
    auto rows = co_await database.query(kUsedSql, {std::move(user_id)});
    if (!rows) co_return std::unexpected(rows.error());
    const auto used = static_cast<std::uint64_t>(rows->front().integer(0));
    co_return used < quota ? quota - used : 0;
}

Task<Result<void>> check_quota(
    db::Transaction& tx, std::string user_id, std::uint64_t quota, std::uint64_t more
) {
    auto locked = co_await tx.query("UPDATE users SET name = name WHERE id = $1", {user_id});
    if (!locked) co_return std::unexpected(locked.error());
    auto rows = co_await tx.query(kUsedSql, {std::move(user_id)});
    if (!rows) co_return std::unexpected(rows.error());
    if (static_cast<std::uint64_t>(rows->front().integer(0)) + more > quota)
        co_return over_quota(quota);
    co_return Result<void>();
}

}  // namespace reelshare::uploads
