#include "processing/lost_avatars.hpp"

#include "media/avatar_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace reelshare::processing {

namespace {

constexpr std::int64_t kPage = 500;

/// The first file that is missing, or "".
Task<Result<std::string>> missing_of(
    objects::Store& store, std::string user_id, std::string version
) {
    auto objects = co_await store.list("avatars/" + user_id + '/');
    if (!objects) co_return std::unexpected(objects.error());
    for (const int size : media::kAvatarSizes) {
        std::string key = avatar_key(user_id, version, size);
        if (std::ranges::find(*objects, key, &objects::ObjectInfo::key) == objects->end())
            co_return key;
    }
    co_return std::string();
}

}  // namespace

std::string avatar_key(std::string_view user_id, std::string_view version, int size) {
    return fmt::format("avatars/{}/{}-{}", user_id, version, media::avatar_file(size));
}

Task<Result<std::vector<LostAvatar>>> find_lost_avatars(
    db::Database& database, objects::Store& store
) {
    std::vector<LostAvatar> lost;
    for (std::string after;;) {
        auto rows = co_await database.query(
            "SELECT id, avatar FROM users WHERE avatar IS NOT NULL AND id > $1 ORDER BY id LIMIT "
            "$2",
            {after, kPage}
        );
        if (!rows) co_return std::unexpected(rows.error());
        if (rows->empty()) co_return lost;
        for (const db::Row& row : *rows) {
            after = row.text(0);
            auto key = co_await missing_of(store, row.text(0), row.text(1));
            if (!key) co_return std::unexpected(key.error());
            if (!key->empty()) lost.push_back({row.text(0), row.text(1), std::move(*key)});
        }
    }
}

Task<Result<void>> forget_avatar(db::Database& database, LostAvatar avatar) {
    auto rows = co_await database.execute(
        "UPDATE users SET avatar = NULL WHERE id = $1 AND avatar = $2",
        {std::move(avatar.user_id), std::move(avatar.version)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return Result<void>();
}

}  // namespace reelshare::processing
